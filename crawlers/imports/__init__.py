"""Files of other tools. In: a CSV, workbook or JSON Lines file. Out: documents, prices, and the rows that were refused."""

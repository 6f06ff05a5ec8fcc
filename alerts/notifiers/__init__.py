"""One module per channel: a notice in, a delivery or `DeliveryFailed` out."""

// Charts: each .chart names its kind and where its figures are; a click on a point opens the rows behind it.
"use strict";

(() => {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const ink = color("ink-3"), line = color("line"), accent = color("accent"), bad = color("bad");
  const palette = [accent, "#5b7fa6", "#b58a3c", "#7d6fae", "#5f9e7d", "#96a3ac", "#a5698a", "#4b5d68"];
  const font = style.getPropertyValue("--sans");
  const drawn = new Map();
  const narrow = () => window.innerWidth < 760;

  const shown = (iso, parts) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour12: false, ...parts }).format(new Date(iso));
  const hour = (iso) => shown(iso, { hour: "2-digit", minute: "2-digit" });
  const day = (iso) => shown(iso, { month: "numeric", day: "numeric" });
  const dayHour = (iso) => shown(iso, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

  function tip(title, rows) {
    const box = document.createElement("div");
    box.className = "tip";
    const head = document.createElement("b");
    head.textContent = title;
    box.append(head);
    for (const [dot, text] of rows) {
      const row = document.createElement("span"), mark = document.createElement("i");
      mark.style.background = dot;
      row.append(mark, text);
      box.append(row);
    }
    return box;
  }

  const base = () => ({
    animation: false,
    color: palette,
    textStyle: { fontFamily: font, color: ink },
    grid: { left: 4, right: 14, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, type: "scroll", itemWidth: 14, itemHeight: 8, icon: "roundRect", textStyle: { color: ink, fontSize: 12 } },
    tooltip: { trigger: "axis", confine: true, borderColor: line, padding: [8, 12], axisPointer: { lineStyle: { color: "#9fb1bb" } } },
    xAxis: { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink, hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#eef2f5" } }, axisLabel: { color: ink } },
  });

  const kinds = {
    trend(data) {
      if (!data.brands.some((b) => b.counts.some(Boolean))) return null;
      const option = base();
      Object.assign(option.xAxis, { type: "category", boundaryGap: false, data: data.days, axisLabel: { color: ink, hideOverlap: true, formatter: day } });
      option.tooltip.formatter = (points) => tip(day(points[0].axisValue), points.map((p) => [p.color, `${p.seriesName} ${p.value} 条负面`]));
      option.series = data.brands.map((b) => ({
        name: b.name, type: "line", data: b.counts, smooth: 0.25, symbol: "circle", symbolSize: 5, showSymbol: false,
        lineStyle: { width: b.own ? 2.8 : 1.6, opacity: b.own ? 1 : 0.75 }, z: b.own ? 5 : 2, areaStyle: b.own ? { opacity: 0.07 } : undefined, triggerLineEvent: true,
      }));
      const href = (p) => {
        const brand = data.brands.find((b) => b.name === p.seriesName);
        return brand && `${brand.href}${p.dataIndex === undefined ? "" : `&since=${data.days[p.dataIndex]}&until=${data.days[p.dataIndex]}`}`;
      };
      return { option, href };
    },

    band(data) {
      if (!data.starts.length) return null;
      const option = base();
      Object.assign(option.xAxis, { type: "category", data: data.starts, axisLabel: { color: ink, hideOverlap: true, formatter: hour } });
      option.tooltip.formatter = (points) => {
        const i = points[0].dataIndex;
        return tip(`${hour(data.starts[i])} 起 5 分钟`, [[bad, `负面 ${data.negative[i]} 条`], ["#8fb7bb", `平时 ${data.low[i]}–${data.high[i]}，约 ${data.usual[i]}`]]);
      };
      const onset = data.onset && data.starts.findLast((at) => new Date(at) <= new Date(data.onset));
      option.legend.data = ["负面", "平时范围"];
      option.series = [
        { name: "low", type: "line", data: data.low, stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true },
        { name: "平时范围", type: "line", data: data.high.map((h, i) => h - data.low[i]), stack: "band", symbol: "none", lineStyle: { opacity: 0 }, itemStyle: { color: "#b5d5d8" }, areaStyle: { color: "#d3e7e9", opacity: 0.9 }, silent: true },
        {
          name: "负面", type: "bar", data: data.negative.map((n, i) => ({ value: n, itemStyle: { color: n > data.high[i] ? bad : "#dba8a4", borderRadius: [2, 2, 0, 0] } })), itemStyle: { color: bad }, barCategoryGap: "22%", z: 3,
          markLine: onset ? { symbol: "none", silent: true, lineStyle: { color: color("ink"), type: "dashed", width: 1.2 }, label: { formatter: `起点 ${hour(data.onset)}`, color: color("ink"), fontFamily: font, position: "insideEndTop", rotate: 0, align: "right", distance: [6, -12] }, data: [{ xAxis: onset }] } : undefined,
        },
      ];
      const href = (p) => {
        if (!data.query || p.dataIndex === undefined) return null;
        const since = new Date(data.starts[p.dataIndex]);
        const until = new Date(since.getTime() + 5 * 60000);
        return `/search?${new URLSearchParams({ q: data.query, since: since.toISOString(), until: until.toISOString() })}`;
      };
      return { option, href };
    },

    price(data) {
      if (!data.shops.length) return null;
      const option = base();
      option.xAxis.type = "time";
      option.xAxis.axisLabel = { color: ink, hideOverlap: true, formatter: (at) => day(at) };
      option.yAxis = { ...option.yAxis, scale: true, minInterval: 0, axisLabel: { color: ink, formatter: (y) => `¥${y.toLocaleString("zh-CN")}` } };
      option.tooltip.formatter = (points) => tip(dayHour(points[0].axisValue), points.filter((p) => p.value[1] !== null).map((p) => [p.color, `${p.seriesName} ¥${p.value[1].toLocaleString("zh-CN")}`]));
      const prices = data.shops.flatMap((s) => s.points.map((p) => p[1])).filter((p) => p !== null);
      if (data.floor) option.yAxis.min = (y) => Math.floor(Math.min(y.min, data.floor) * 0.98);
      option.series = data.shops.map((s, i) => ({
        name: s.name, type: "line", step: "end", data: s.points, symbolSize: 5, showSymbol: s.points.length < 20, lineStyle: { width: 2 },
        markLine: data.floor && !i ? { symbol: "none", silent: true, lineStyle: { color: bad, type: "dashed", width: 1.4 }, label: { formatter: `控价线 ¥${data.floor.toLocaleString("zh-CN")}`, color: bad, fontFamily: font, position: "insideStartBottom" }, data: [{ yAxis: data.floor }] } : undefined,
      }));
      return prices.length ? { option, href: () => null } : null;
    },
  };

  // where each label finds room beside its point, in the order given: of the first `bold` without covering another label, of the
  // rest without covering a point either; "" = nowhere, the tooltip has it
  function labelSides(points, bold, width, height) {
    const marks = points.map((p) => [p.px - 8, p.py - 8, p.px + 8, p.py + 8]), labels = [];
    return points.map((p, i) => {
      const w = p.name.length * 13, places = { top: [-w / 2, -28], bottom: [-w / 2, 12], right: [14, -8], left: [-w - 14, -8] };
      for (const [side, [dx, dy]] of Object.entries(places)) {
        const box = [p.px + dx, p.py + dy, p.px + dx + w, p.py + dy + 16];
        if (box[0] < 0 || box[2] > width || box[1] < 0 || box[3] > height) continue;
        if ((i < bold ? labels : [...marks, ...labels]).some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) continue;
        labels.push(box);
        return side;
      }
      return "";
    });
  }

  // rows and columns of a correspondence analysis: near and far out = connected; what the plane shows badly is grey
  kinds.map = (data, element) => {
    const option = base(), every = [...data.rows, ...data.columns];
    const width = element.clientWidth - 24, height = element.clientHeight - 44;
    const reach = (key) => { const [low, high] = [Math.min(0, ...every.map((p) => p[key])), Math.max(0, ...every.map((p) => p[key]))]; const room = (high - low || 1) * 0.12; return [low - room, high + room]; };
    const [x0, x1] = reach("x"), [y0, y1] = reach("y");
    for (const p of every) Object.assign(p, { px: ((p.x - x0) / (x1 - x0)) * width, py: ((y1 - p.y) / (y1 - y0)) * height });
    const sides = labelSides(every, data.rows.length, width, height);
    const axis = (share, min, max) => ({ type: "value", min, max, name: `${Math.round(share * 100)}%`, nameTextStyle: { color: ink }, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: line } }, axisLabel: { show: false }, axisTick: { show: false } });
    Object.assign(option, { xAxis: axis(data.shown[0], x0, x1), yAxis: axis(data.shown[1], y0, y1), tooltip: { confine: true, borderColor: line, formatter: (p) => tip(p.data.name, [[p.color, `${p.data.count} 次提及，图上显示其差异的 ${Math.round(p.data.quality * 100)}%`]]) } });
    const largest = Math.max(...data.rows.map((p) => p.count));
    const series = (name, points, symbol, tone) => ({
      name, type: "scatter", symbol, itemStyle: { color: tone },
      data: points.map((p) => ({ ...p, value: [p.x, p.y], symbolSize: symbol === "circle" ? 8 + 8 * Math.sqrt(p.count / largest) : 8, itemStyle: { color: p.quality < 0.5 ? "#b9c4cb" : tone }, label: { show: sides[every.indexOf(p)] !== "", position: sides[every.indexOf(p)], formatter: p.name, color: p.quality < 0.5 ? ink : tone, fontFamily: font } })),
    });
    option.series = [series(data.by, data.rows, "circle", accent), series("特征", data.columns, "rect", bad)];
    return { option, href: (p) => p.data.href || null };
  };

  kinds.outlook = (data) => {
    const option = base();
    const known = data.history.map(([at]) => at), coming = data.ahead.map((p) => p.at), last = data.history.at(-1);
    const ahead = (pick) => [...known.slice(0, -1).map(() => null), last[1], ...data.ahead.map(pick)];
    const band = (low, high, name, tone) => [
      { name: `${name} low`, type: "line", stack: name, data: ahead((p) => p[low]), symbol: "none", lineStyle: { opacity: 0 }, silent: true },
      { name, type: "line", stack: name, data: [...known.map(() => null).slice(0, -1), 0, ...data.ahead.map((p) => p[high] - p[low])], symbol: "none", lineStyle: { opacity: 0 }, itemStyle: { color: tone }, areaStyle: { color: tone, opacity: 0.9 }, silent: true },
    ];
    Object.assign(option.xAxis, { type: "category", boundaryGap: false, data: [...known, ...coming], axisLabel: { color: ink, hideOverlap: true, formatter: (at) => at.slice(2, known.length > 60 ? 10 : 7) } });
    option.yAxis.minInterval = 0;
    option.legend.data = ["历史", "预测", "80% 区间", "95% 区间"];
    option.tooltip.formatter = (points) => {
      const i = points[0].dataIndex;
      if (i < known.length) return tip(known[i], [[accent, `${data.history[i][1].toFixed(1)} ${data.unit}`]]);
      const p = data.ahead[i - known.length];
      return tip(p.at, [[bad, `预测 ${p.value.toFixed(1)} ${data.unit}`], ["#cfe3e5", `80%：${p.low80.toFixed(1)}–${p.high80.toFixed(1)}`], ["#e6f0f1", `95%：${p.low95.toFixed(1)}–${p.high95.toFixed(1)}`]]);
    };
    option.series = [
      ...(data.ahead.length ? [...band("low95", "high95", "95% 区间", "#e6f0f1"), ...band("low80", "high80", "80% 区间", "#cfe3e5")] : []),
      { name: "历史", type: "line", data: data.history.map(([, v]) => v), symbolSize: 4, lineStyle: { width: 2, color: accent }, itemStyle: { color: accent } },
      ...(data.ahead.length ? [{ name: "预测", type: "line", data: ahead((p) => p.value), symbolSize: 4, lineStyle: { width: 2, type: "dashed", color: bad }, itemStyle: { color: bad } }] : []),
    ];
    return { option, href: () => null };
  };

  async function draw(element) {
    if (element.dataset.json) return show(element, kinds[element.dataset.chart](JSON.parse(element.dataset.json), element));
    let data;
    try {
      const answer = await fetch(element.dataset.src, { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      data = await answer.json();
    } catch {
      if (!drawn.has(element)) say(element, "图表暂时取不到数据，稍后会自动再试");
      return;
    }
    const picked = (element.dataset.pick || "").split(".").filter(Boolean).reduce((d, key) => d?.[key], data);
    const made = picked && kinds[element.dataset.chart](picked);
    if (!made) return say(element, "还没有可以画的数据");
    show(element, made);
  }

  const sizes = new ResizeObserver((entries) => entries.forEach((e) => drawn.get(e.target)?.chart.resize()));

  function say(element, text) {
    drawn.get(element)?.chart.dispose();
    drawn.delete(element);
    element.classList.add("chart-empty");
    element.textContent = text;
  }

  function show(element, made) {
    let entry = drawn.get(element);
    if (!entry) {
      element.classList.remove("chart-empty");
      element.textContent = "";
      entry = { chart: echarts.init(element) };
      entry.chart.on("click", (p) => { const to = entry.href(p); if (to) location.assign(to); });
      drawn.set(element, entry);
      sizes.observe(element);
    }
    entry.href = made.href;
    if (narrow()) made.option.grid.right = 6;
    entry.chart.setOption(made.option, { notMerge: true });
    element.dataset.drawn = "yes";
  }

  function all() { document.querySelectorAll(".chart[data-src], .chart[data-json]").forEach((e) => draw(e)); }

  document.addEventListener("charts", () => document.querySelectorAll(".chart[data-live]").forEach((e) => draw(e)));
  document.addEventListener("DOMContentLoaded", all);
})();

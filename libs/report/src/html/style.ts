/** The page's style sheet. Colours are named once, for light and for dark; the picture reads them too. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --surface: #ffffff; --text: #1a2330; --muted: #5b6778; --line: #dce1e8;
  --grid: #e3e7ed; --lane: #f4f6f9; --accent: #2258c3;
  --good: #0f7a43; --bad: #b3211a; --doubt: #8a5a00;
  --good-tint: #e5f4ea; --bad-tint: #fceae8; --doubt-tint: #fdf3dc;
  --write: #3f74d8; --read: #7c8ba1; --other: #5d6b80; --admin: #a3afbf; --apply: #2b9572;
  --held: #8b5cc7; --open: #cf7a00; --stale: #d0251c; --destroyed: #0b7f8f; --cited: #1a2f6b;
  --fault: #6b7788; --fence: #d39b1c; --giveup: #8f5b00; --failed: #a2440d; --signal: #8a1f7c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --surface: #171e27; --text: #e5eaf1; --muted: #98a5b6; --line: #2b3644;
    --grid: #283240; --lane: #1c2530; --accent: #86aef9;
    --good: #5fce93; --bad: #ff8a80; --doubt: #edbb5c;
    --good-tint: #14301f; --bad-tint: #3a1a19; --doubt-tint: #33270d;
    --write: #6c9bf2; --read: #8090a6; --other: #9aa8bb; --admin: #566376; --apply: #41b88e;
    --held: #b38ce8; --open: #f0a13c; --stale: #ff5a4f; --destroyed: #3bc4d6; --cited: #c4d5ff;
    --fault: #8b98ab; --fence: #c6952a; --giveup: #e7b85a; --failed: #ff9d66; --signal: #f18ae2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
}
main { max-width: 1280px; margin: 0 auto; padding: 20px 20px 60px; }
h1, h2, h3 { line-height: 1.25; margin: 0; }
h1 { font-size: 26px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 12px; }
h3 { font-size: 15px; }
p { margin: 0 0 8px; }
a { color: var(--accent); }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 16px; }
code, .mono, pre { font-family: ui-monospace, SFMono-Regular, "DejaVu Sans Mono", Menlo, monospace; font-size: 12.5px; }
.muted { color: var(--muted); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.verdict { border-left: 6px solid var(--tone); background: var(--tint); padding: 20px 22px; }
.verdict p { font-size: 17px; max-width: 78ch; margin: 10px 0 12px; overflow-wrap: anywhere; }
.pass { --tone: var(--good); --tint: var(--good-tint); }
.violation { --tone: var(--bad); --tint: var(--bad-tint); }
.inconclusive { --tone: var(--doubt); --tint: var(--doubt-tint); }
.tone { color: var(--tone); }
.kicker { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; list-style: none; color: var(--muted); font-size: 14px; }
.facts b { color: var(--text); font-weight: 600; }
.badge { display: inline-block; padding: 0 8px; border-radius: 999px; font-size: 12.5px; font-weight: 600; line-height: 20px; background: var(--tint, var(--lane)); color: var(--tone, var(--muted)); white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { text-align: left; font-weight: 600; color: var(--muted); font-size: 12.5px; white-space: nowrap; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody > tr:last-child > td, tbody > tr:last-child > th { border-bottom: 0; }
th[scope=row] { color: var(--text); font-size: 13.5px; }
th.number, td.number { padding-right: 16px; }
th.number { white-space: normal; }
td .mono { overflow-wrap: anywhere; }
.finding { border-top: 1px solid var(--line); padding: 14px 0; }
.finding:first-of-type { border-top: 0; padding-top: 0; }
.finding:last-child { padding-bottom: 0; }
.finding > p { max-width: 90ch; margin: 6px 0 10px; overflow-wrap: anywhere; }
.head { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; }
button, select {
  font: inherit; font-size: 13px; color: var(--text); background: var(--surface);
  border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; min-height: 28px; cursor: pointer;
}
button:hover, select:hover { border-color: var(--muted); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.tools { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin-bottom: 10px; }
.tools label { font-size: 13px; }
.tools .space { flex: 1; }
.stage { position: relative; }
canvas { display: block; width: 100%; touch-action: pan-y; cursor: crosshair; border-radius: 4px; }
#picture-caption { margin: 0 0 8px; font-size: 13.5px; min-height: 1.5em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
#picture-status, #cursor-status { font-size: 13px; margin-left: 6px; font-variant-numeric: tabular-nums; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
.note { margin: 8px 0 0; font-size: 12.5px; }
#tooltip {
  position: absolute; z-index: 1; pointer-events: none; max-width: 320px; padding: 8px 10px; border-radius: 6px;
  background: var(--surface); border: 1px solid var(--line); box-shadow: 0 4px 16px rgb(0 0 0 / 0.22); font-size: 12.5px;
}
#tooltip dl { display: grid; grid-template-columns: auto auto; gap: 0 12px; margin: 4px 0 0; }
#tooltip dt { color: var(--muted); }
#tooltip strong { overflow-wrap: anywhere; }
#tooltip dd { margin: 0; overflow-wrap: anywhere; text-align: right; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 12.5px; color: var(--muted); }
.legend i { display: inline-block; width: 16px; height: 9px; margin-right: 6px; border-radius: 2px; background: var(--swatch); }
.legend .hollow { background: color-mix(in srgb, var(--swatch) 30%, transparent); border: 1px solid var(--swatch); }
.legend .striped { background: repeating-linear-gradient(135deg, var(--swatch) 0 1px, transparent 1px 5px), color-mix(in srgb, var(--swatch) 20%, transparent); }
.legend .crossed { background: linear-gradient(45deg, transparent 45%, var(--surface) 45% 55%, transparent 55%), linear-gradient(-45deg, transparent 45%, var(--surface) 45% 55%, transparent 55%), var(--swatch); }
.legend .sign { width: 10px; height: 10px; border-radius: 0; vertical-align: -1px; }
.legend .diamond { clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%); }
.legend .round { border-radius: 50%; }
.legend .flag { clip-path: polygon(0 0, 100% 40%, 0 80%); }
.keys { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; font-size: 12.5px; color: var(--muted); }
.keys div { display: flex; gap: 6px; align-items: baseline; }
.keys dd { margin: 0; }
kbd { display: inline-block; min-width: 20px; padding: 0 5px; margin-right: 3px; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; background: var(--lane); color: var(--text); font: inherit; font-size: 11.5px; text-align: center; }
.consoles { margin-top: 16px; min-width: 0; }
.consoles .tools { margin-bottom: 8px; gap: 4px 16px; }
.consoles label { display: inline-flex; align-items: center; gap: 5px; font-size: 13px; }
.consoles input { accent-color: var(--accent); margin: 0; }
#console-lines { position: relative; list-style: none; margin: 0; padding: 4px 0; max-height: 300px; overflow-y: auto; background: var(--lane); border-radius: 6px; font-family: ui-monospace, SFMono-Regular, "DejaVu Sans Mono", Menlo, monospace; font-size: 12px; line-height: 1.45; }
#console-lines li { display: grid; grid-template-columns: 88px 56px 1fr; gap: 0 10px; padding: 1px 10px 1px 7px; border-left: 3px solid transparent; cursor: pointer; }
#console-lines li[hidden] { display: none; }
#console-lines li.outside { opacity: 0.75; }
#console-lines li:hover { background: var(--surface); }
#console-lines li.chosen { opacity: 1; background: var(--surface); border-left-color: var(--accent); }
#console-lines li > :nth-child(2) { overflow: hidden; text-overflow: ellipsis; font-weight: 600; }
#console-lines li > :last-child { white-space: pre-wrap; overflow-wrap: anywhere; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0; }
.counts div { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; }
.counts dt { font-weight: 600; font-size: 13px; }
.counts dd { margin: 0; }
.counts .value { font-size: 24px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.counts .muted { font-size: 12.5px; line-height: 1.35; }
nav { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 12px 4px -4px; font-size: 13.5px; }
.shape { width: 0.95em; height: 0.95em; vertical-align: -0.1em; fill: var(--tone); stroke: var(--tint); stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
.shape .body, .shape circle { stroke: none; }
.shape path:not(.body) { fill: none; }
details { margin-top: 8px; }
summary { cursor: pointer; }
pre { margin: 8px 0 0; padding: 10px 12px; background: var(--lane); border-radius: 6px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 420px; overflow-y: auto; }
.link { border: 0; background: none; padding: 0; min-height: 0; color: var(--accent); font: inherit; cursor: pointer; text-decoration: underline; text-underline-offset: 2px; font-variant-numeric: tabular-nums; }
footer { margin-top: 20px; font-size: 13px; color: var(--muted); }
@media (min-width: 1800px) {
  main { max-width: 3200px; padding: 24px 32px 80px; }
  .columns { columns: 2 820px; column-gap: 16px; margin-top: 16px; }
  .columns section { margin: 0 0 16px; break-inside: avoid; }
  .findings { display: grid; grid-template-columns: repeat(auto-fit, minmax(760px, 1fr)); gap: 0 40px; align-items: start; }
  .findings > h2 { grid-column: 1 / -1; }
  .findings .finding { border-top: 0; padding-top: 0; }
  .beside:has(.consoles) { display: grid; grid-template-columns: minmax(0, 7fr) minmax(520px, 3fr); gap: 0 24px; }
  .consoles { margin-top: 0; display: flex; flex-direction: column; }
  #console-lines { flex: 1 1 0; min-height: 300px; max-height: none; }
}
@media (max-width: 600px) {
  main { padding: 10px 10px 40px; }
  section { padding: 14px; }
  h1 { font-size: 22px; }
  .verdict p { font-size: 16px; }
  #console-lines li { grid-template-columns: auto 1fr; }
  #console-lines li > :last-child { grid-column: 1 / -1; }
  .witness thead, .cards thead { display: none; }
  .cards tr { display: block; border-bottom: 1px solid var(--line); padding: 6px 0; }
  .cards tr:last-child { border-bottom: 0; }
  .cards td, .cards th { display: flex; justify-content: space-between; gap: 12px; border: 0; padding: 2px 0; text-align: right; white-space: normal; }
  .cards [data-name]::before { content: attr(data-name); color: var(--muted); font-weight: 400; text-align: left; }
  .rules tr { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; border-bottom: 1px solid var(--line); padding: 6px 0; }
  .rules tr:last-child { border-bottom: 0; }
  .rules td, .rules th { border: 0; padding: 0; }
  .rules td:last-child { grid-column: 1 / -1; }
  .counts { grid-template-columns: 1fr 1fr; }
  .witness tr { display: grid; grid-template-columns: 92px 1fr; border-bottom: 1px solid var(--line); padding: 5px 0; }
  .witness tr:last-child { border-bottom: 0; }
  .witness td { border: 0; padding: 0 8px 0 0; }
  .witness td:last-child { grid-column: 2; color: var(--muted); }
}
@media print {
  body { background: none; }
  section { break-inside: avoid; }
  .tools, .keys, nav { display: none; }
  #console-lines { max-height: none; }
}
`;

/** Style of the page. No external resource, and no inline style attribute: the page forbids both. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --back: #ffffff; --raised: #f6f7f9; --line: #dfe3e8; --text: #1d2430; --faint: #606a78;
  --pass: #1a7f45; --cached: #4a8f9c; --warn: #9a6400; --fail: #c3262f; --skip: #7b8492; --lost: #8a4fb0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161c; --raised: #1a2028; --line: #2c3540; --text: #e4e8ee; --faint: #9aa5b3;
    --pass: #4cc37c; --cached: #6cb8c6; --warn: #e0a83a; --fail: #ff6b70; --skip: #8c97a5; --lost: #c292e6;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.35rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre {
  margin: .5rem 0 0; padding: .75rem; overflow: auto; max-height: 24rem; white-space: pre-wrap;
  overflow-wrap: anywhere; background: var(--back); border: 1px solid var(--line); border-radius: 6px;
}
.faint { color: var(--faint); }
.meta { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; color: var(--faint); font-size: .875rem; }
.banner { border-left: 6px solid var(--skip); padding: .25rem 0 .25rem 1rem; }
.banner.passed { border-color: var(--pass); } .banner.failed { border-color: var(--fail); }
.banner.lost { border-color: var(--lost); } .banner.cancelled { border-color: var(--warn); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
.tile { min-width: 6rem; padding: .6rem .9rem; background: var(--raised); border-radius: 8px; }
.tile b { display: block; font-size: 1.4rem; line-height: 1.2; }
.card {
  margin-top: .75rem; padding: .9rem 1rem; background: var(--raised); border-radius: 8px;
  border-left: 4px solid var(--fail);
}
.card.lost { border-color: var(--lost); } .card.warn { border-color: var(--warn); }
.card p { margin: .35rem 0 0; overflow-wrap: anywhere; }
.label {
  display: inline-block; min-width: 3.75rem; font-size: .8rem; font-weight: 600; color: var(--faint);
}
.word { font-weight: 600; white-space: nowrap; }
.pass, .passed { color: var(--pass); } .cached { color: var(--cached); }
.warn, .cancelled { color: var(--warn); } .fail, .failed { color: var(--fail); }
.skip, .skipped, .waiting { color: var(--skip); } .lost, .running { color: var(--lost); }
.card.lost, .card.warn, .card.fail, .banner { color: inherit; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th { text-align: left; font-size: .8rem; color: var(--faint); font-weight: 600; }
th, td { padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: break-word; }
td:last-child { overflow-wrap: anywhere; }
td.time, th.time { text-align: right; white-space: nowrap; padding-right: 1.25rem; }
summary { cursor: pointer; color: var(--faint); font-size: .8rem; }
.filters { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin-bottom: .75rem; }
.filters[hidden] { display: none; }
.filters input[type=search] {
  flex: 1 1 14rem; padding: .4rem .6rem; font: inherit; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: 6px;
}
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .tick { fill: var(--faint); font-size: 11px; }
svg line { stroke: var(--line); }
svg rect { fill: var(--skip); }
svg rect.passed { fill: var(--pass); } svg rect.cached { fill: var(--cached); }
svg rect.failed { fill: var(--fail); } svg rect.lost, svg rect.running { fill: var(--lost); }
svg rect.cancelled { fill: var(--warn); }
`;

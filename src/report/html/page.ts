import { createHash } from 'node:crypto';
import { countVerdicts, verdicts } from '../../kernel/verdict.ts';
import { conclude } from '../conclusion.ts';
import { markup, Markup } from '../markup.ts';
import type { RunView } from '../run-view.ts';
import { renderCaseTable, renderFailures } from './cases.ts';
import { filterScript } from './filter-script.ts';
import { renderNotices, renderShipped, renderSteps } from './steps.ts';
import { styleSheet } from './style-sheet.ts';
import { renderTimeline } from './timeline.ts';

/**
 * The whole page, in one file. Its policy lets run only the script and the style below, by their hashes, and
 * load nothing: what an image printed cannot act even if it got past the escaping.
 */
export function renderPage(view: RunView): string {
  const policy = `default-src 'none'; script-src '${hashOf(filterScript)}'; style-src '${hashOf(styleSheet)}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${view.end?.outcome ?? 'unfinished'}: ${view.project} · seatrial</title>
<style>${new Markup(styleSheet)}</style>
</head>
<body>
${renderBanner(view)}${renderTiles(view)}${renderFailures(view)}${renderShipped(view)}${renderTimeline(view)}${renderCaseTable(view)}${renderSteps(view)}${renderNotices(view)}<script>${new Markup(filterScript)}</script>
</body>
</html>
`;
  return page.toString();
}

function renderBanner(view: RunView): Markup {
  const { end } = view;
  const facts = [
    [view.project, 'project'],
    [view.command, 'command'],
    [view.runId, 'run'],
    [view.commit?.slice(0, 12), 'commit'],
    [view.startedAt, 'started'],
    [view.engine, 'engine'],
    [view.provider, 'on'],
    [view.version, 'seatrial'],
  ] as const;
  const error =
    end?.error === undefined
      ? undefined
      : markup`<p><code>${end.error.code}</code> ${end.error.message} ${end.error.hint}</p>`;
  return markup`<header class="banner ${end?.outcome ?? 'unfinished'}"><h1>${conclude(view)}</h1>${error}
<div class="meta">${facts.map(([value, label]) => (value === undefined ? undefined : markup`<span>${label} ${value}</span>`))}</div></header>
`;
}

function renderTiles(view: RunView): Markup {
  const count = countVerdicts(view.steps.flatMap(({ cases }) => cases));
  const cached = view.steps.filter(({ state }) => state === 'cached').length;
  return markup`<div class="tiles"><div class="tile"><b>${view.steps.length}</b>steps</div><div class="tile"><b class="cached">${cached}</b>cached</div>${verdicts.map((verdict) => markup`<div class="tile"><b class="${verdict}">${count[verdict]}</b>${verdict}</div>`)}</div>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

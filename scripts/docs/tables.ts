import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { moduleSchema } from './error-tables.ts';
import { code, renderPage, renderTable } from './markdown.ts';

/** A page made from a table of implementations. */
export interface TablePage {
  readonly name: string;
  readonly title: string;
  readonly intro: string;
  /** Table file below src. The page exists when it does. */
  readonly table: string;
  /** Columns: heading to the member that is shown. */
  readonly columns: Readonly<Record<string, string>>;
}

export const tablePages: readonly TablePage[] = [
  {
    name: 'checks.md',
    title: 'Behaviour checks',
    intro:
      'Checks that need no configuration: `seatrial check IMAGE` runs them on any image. A check that does not apply to the class of the image is skipped, and says so. Groups: `static` takes no container, `quick` adds what one start shows, `standard` (what runs when nobody says otherwise) what more starts show, `full` all there is, and `openshift` and `kubernetes-restricted` what that platform asks for besides `standard`, as an error: `--group quick`, or `suites: { behaviour: { group: quick } }`. One check is silenced by a line with a reason, `suites: { behaviour: { skip: { labels: "set by the release" } } }`, and is then reported as skipped for that reason. [The images](check-images.md) that checks are tried on are listed with their verdicts. Static checks alone make no pass of an image whose container never came up.',
    table: 'suites/behaviour/checks/index.ts',
    columns: {
      id: 'id',
      proves: 'proves',
      group: 'group',
      severity: 'severity',
      'applies to': 'appliesTo',
    },
  },
  {
    name: 'reporters.md',
    title: 'Reporters',
    intro: 'What `--format` takes. Each is made from the events of a run alone.',
    table: 'report/reporters/index.ts',
    columns: { id: 'id', shows: 'describe', 'written to': 'destination' },
  },
  {
    name: 'lints.md',
    title: 'Lints',
    intro:
      'What `seatrial lint` looks for in files of CI services. The severity is that of the usual case: a finding that is certain can be an error where the rule is a warning, and the other way round. Commands are looked at also where a step calls a target of the makefile or a script of the project; what stands in `$( )` and in other programs is not looked into. `# cci-ignore` at the end of a line, `# cci-ignore-next-line`, `# cci-ignore-start` and `# cci-ignore-end`, and `# cci-ignore-file` pass over findings; ids after them (`# cci-ignore L04`) name the only rules that are meant.',
    table: 'ci/lints/index.ts',
    columns: { id: 'id', rule: 'title', severity: 'severity', why: 'why', fix: 'fix' },
  },
];

export async function renderTablePage(
  page: TablePage,
  source: string,
): Promise<string | undefined> {
  const path = join(source, page.table);
  if (!existsSync(path)) return undefined;
  const entries = findTable(moduleSchema.parse(await import(path)));
  const members = Object.values(page.columns);
  const missing = entries.flatMap((entry) => members.filter((member) => !(member in entry)));
  if (missing.length > 0) throw new Error(`${page.table}: entries without ${missing.join(', ')}`);
  const rows = entries.map((entry) => members.map((member) => renderMember(member, entry[member])));
  return renderPage(page.title, [page.intro, renderTable(Object.keys(page.columns), rows)]);
}

const entrySchema = z.looseObject({ id: z.string() });
const tableSchema = z.union([
  z.array(entrySchema).min(1),
  z.record(z.string(), entrySchema).transform((table) => Object.values(table)),
]);

/** The one export that holds objects with an id. */
function findTable(module: Readonly<Record<string, unknown>>): z.infer<typeof tableSchema> {
  const tables = Object.values(module).flatMap((value) => tableSchema.safeParse(value).data ?? []);
  if (tables.length === 0) throw new Error('exports no table of objects with an id');
  return tables;
}

function renderMember(member: string, value: unknown): string {
  const texts = z.array(z.string()).parse([value].flat());
  return texts.map((text) => (member === 'id' ? code(text) : text)).join(', ');
}

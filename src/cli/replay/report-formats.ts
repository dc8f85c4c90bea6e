/** Reports of replays for other tools. */
import { describeFinding } from '../../replay/describe-finding.ts';
import type { Verdict } from '../../replay/verdict.ts';
import type { Replayed } from '../../replay/workers.ts';

/** Returns a JUnit report: one test case per execution. Format: https://github.com/testmoapp/junitxml */
export function toJunit(replays: readonly Replayed[]): string {
  const count = (test: (verdict: Verdict) => boolean) =>
    replays.filter(({ verdict }) => test(verdict)).length;
  const cases = replays.map(({ execution, verdict }) => {
    const problem = describeProblem(verdict);
    const name = `<testcase classname="orders.replay" name="${escapeXml(execution.name)}"`;
    if (verdict.verdict === 'skipped') {
      return `  ${name}><skipped message="${escapeXml(verdict.reason)}"/></testcase>`;
    }
    if (problem === undefined) return `  ${name}/>`;
    return `  ${name}><failure type="${verdict.verdict}" message="${escapeXml(problem)}"/></testcase>`;
  });
  const failures = count((verdict) => describeProblem(verdict) !== undefined);
  const skipped = count(({ verdict }) => verdict === 'skipped');
  const counts = `tests="${replays.length}" failures="${failures}" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="orders replay" ${counts}>`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

/** Returns a SARIF report: one result per execution that does not fit. Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function toSarif(replays: readonly Replayed[]): string {
  const results = replays.flatMap(({ execution, verdict }) => {
    const problem = describeProblem(verdict);
    if (problem === undefined) return [];
    return [
      {
        ruleId: verdict.verdict,
        level: 'error',
        message: { text: `${execution.name}: ${problem}` },
        ...toLocations(verdict),
      },
    ];
  });
  const rules = [
    { id: 'diverges', shortDescription: { text: 'The code differs from a recorded execution.' } },
    { id: 'broken', shortDescription: { text: 'A recorded execution cannot be replayed.' } },
  ];
  const report = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'orders replay', rules } }, results }],
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function describeProblem(verdict: Verdict): string | undefined {
  if (verdict.verdict === 'diverges') return describeFinding(verdict.finding);
  return verdict.verdict === 'broken' ? verdict.reason : undefined;
}

/** Returns the place of a difference, and the place that calls it. */
function toLocations(verdict: Verdict): object {
  if (verdict.verdict !== 'diverges') return { locations: [] };
  const { source, caller } = verdict.finding;
  return { locations: toLocation(source), relatedLocations: toLocation(caller) };
}

function toLocation(place: string | undefined): object[] {
  const [, uri, line, column] = /^(.*):(\d+):(\d+)$/.exec(place ?? '') ?? [];
  if (uri === undefined) return [];
  const region = { startLine: Number(line), startColumn: Number(column) };
  return [{ physicalLocation: { artifactLocation: { uri }, region } }];
}

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** XML 1.0 allows no control characters except tab and line ends. */
function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => xmlEntities[character] ?? '')
    .replace(/[^\t\n\r\x20-\uFFFD]/g, '?');
}

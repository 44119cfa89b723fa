/** `npm run bench`: every figure that the README and the notes name, measured in one run on this machine. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../lib/app.ts';
import { tableText } from '../../ops/table-text.ts';
import { print } from '../../ops/terminal.ts';
import { measureIngestBundle } from './bundle-size.ts';
import { measureColdInit } from './cold-init.ts';
import { type LoadResult, measurePipeline } from './pipeline-load.ts';
import { measureWriteUnits } from './write-units.ts';

const INGEST_ENVIRONMENT = {
  SOURCE: 'bench',
  EVENTS_TABLE: 'events',
  OUTBOX_TABLE: 'outbox',
  SECRET_ID: 'secret',
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'oncehook',
};

const outdir = mkdtempSync(join(tmpdir(), 'oncehook-bench-'));
try {
  // Events alone, so that the figures of two releases compare.
  await synthesize({ outdir, context: { payments: {} } });
  writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
  const bundle = await measureIngestBundle(join(outdir, 'generated', 'routes.mjs'));
  const coldInitMillis = measureColdInit(ingestBundle(outdir, bundle.totalBytes), INGEST_ENVIRONMENT);
  const units = await measureWriteUnits();

  const packages = bundle.packages.slice(0, 12).map(({ name, bytes }) => [name, kilobytes(bytes)]);
  show(['ingest bundle, minified', ''], [...packages, ['total', kilobytes(bundle.totalBytes)]]);
  for (const known of [true, false]) {
    const kinds = known ? 'kinds the dictionary knows' : 'kinds it does not know';
    show(
      [`write units at ingest, by the item-size rules, on captured bodies of ${kinds}`, 'body', 'stored', 'units'],
      unitRows(units, known),
    );
  }
  show(['cold init of ingest', ''], [['processor time', `${coldInitMillis.toFixed(0)} ms`]]);
  for (const engine of ['real', 'embedded'] as const) {
    const pipeline = await measurePipeline(outdir, engine).catch((error: unknown) => String(error));
    if (typeof pipeline === 'string') {
      show([`figures of this machine, on ${engine} engines`, ''], [['not measured', pipeline]]);
      continue;
    }
    show(
      [`figures of this machine, on ${engine} engines`, ''],
      [
        ...loadRows('low load (10/s)', pipeline.low),
        ...loadRows('saturated', pipeline.saturated),
        ['saturated, events per second to the ledger', pipeline.saturated.eventsPerSecond.toFixed(0)],
        ['saturated, SQS send calls per message sent', pipeline.sendCallsPerMessage.toFixed(3)],
      ],
    );
  }
} finally {
  rmSync(outdir, { recursive: true, force: true });
}

function show(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  for (const line of ['', ...tableText(head, rows)]) print(line);
}

function unitRows(all: Awaited<ReturnType<typeof measureWriteUnits>>, wanted: boolean): (string | number)[][] {
  const rows = all?.filter(({ known }) => known === wanted);
  if (rows === undefined) return [['not measured: ../shared/samples is not on this machine', '', '', '']];
  const mean = rows.reduce((sum, { units }) => sum + units, 0) / rows.length;
  return [
    ...rows.map(({ provider, kind, bodyBytes, storedBytes, units }) => [`${provider} ${kind}`, bodyBytes, storedBytes, units]),
    ['mean', '', '', mean.toFixed(1)],
  ];
}

function loadRows(label: string, load: LoadResult): string[][] {
  return [
    [`${label}, acknowledged`, percentiles(load.ackMillis)],
    [`${label}, end to end`, percentiles(load.endToEndMillis)],
  ];
}

function percentiles(millis: readonly number[]): string {
  const sorted = [...millis].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${sorted.length} events)`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

/** The synthesized ingest bundle: the one asset of the size that esbuild accounted for, so that both figures speak of the same bytes. */
function ingestBundle(folder: string, bytes: number): string {
  const bundles = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name.startsWith('asset.'));
  const found = bundles.map(({ name }) => join(folder, name, 'index.js')).find((file) => readFileSync(file).byteLength === bytes);
  if (found === undefined) throw new Error(`No synthesized bundle has the ${bytes} bytes of the measured build; the two builds differ.`);
  return found;
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { synthesize } from '../../lib/app.ts';
import { projectRoot } from '../../lib/project.ts';
import { consumersWith, emptyFolder } from './synthesized-stack.ts';

describe('synthesis in this process', () => {
  it('takes its context from cdk.json where none is given', async () => {
    const stack = await synthesize({ outdir: emptyFolder(), bundle: false, consumersFolder: consumersWith() });

    expect(stack.stackName).toBe('oncehook');
    expect(Object.keys(stack.template.Outputs)).toContain('WebhookUrlStripe');
  });

  it('writes the routes of the consumers as a module next to the template', async () => {
    const outdir = emptyFolder();
    await synthesize({ outdir, bundle: false, consumersFolder: consumersWith(), context: { payments: {} } });

    const { routes } = await import(pathToFileURL(join(outdir, 'generated', 'routes.mjs')).href);
    expect(routes).toEqual([
      { address: 'ledger@1', subscribes: { stripe: ['payment_intent.succeeded', 'charge.refunded'] } },
      { address: 'receipts@1', subscribes: { oncehook: ['ledger.entry-posted'] } },
    ]);
  });

  it('asks for no account and no Region, so that it needs no credentials', async () => {
    const stack = await synthesize({ outdir: emptyFolder(), bundle: false, consumersFolder: consumersWith() });

    expect(stack.environment).toMatchObject({ account: 'unknown-account', region: 'unknown-region' });
    expect(stack.assembly.manifest.missing).toBeUndefined();
  });
});

describe('bin/app.ts', () => {
  it('ends with what is wrong in the configuration, and without a stack trace', async () => {
    const context = { sources: { stripe: { provider: 'strpe' } } };
    const env = { CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: emptyFolder() };
    const args = ['--import', './bin/require-node.mjs', 'bin/app.ts'];

    const ended = promisify(execFile)(process.execPath, args, { cwd: projectRoot, env });

    await expect(ended).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^BAD_SOURCES: The context "sources" in cdk\.json is not usable:\n {2}- sources\.stripe\.provider: received "strpe"/,
      ),
    });
    await expect(ended).rejects.toMatchObject({ stderr: expect.not.stringMatching(/^\s+at /m) });
  });
});

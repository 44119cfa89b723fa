import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { createApp } from '../../lib/app.ts';
import { consumersWith, emptyFolder, PAYMENTS, SOURCES } from './synthesized-stack.ts';

/** What the team has decided to live with: the construct, the rule. The reasons stand where the constructs are. */
const ACKNOWLEDGED = [
  'oncehook/IngestShopEu/Secret AwsSolutions-SMG4',
  'oncehook/IngestStripe/Secret AwsSolutions-SMG4',
  'oncehook/Payments/Stripe/ApiKey AwsSolutions-SMG4',
  'oncehook/Relay/Failures/Queue AwsSolutions-SQS3',
  'oncehook/Settlement/Settle/Role/DefaultPolicy AwsSolutions-IAM5[Resource::*]',
  'oncehook/Webhooks/ShopEu AwsSolutions-APIG4',
  'oncehook/Webhooks/Stripe AwsSolutions-APIG4',
];

type Finding = { readonly constructPath: string; readonly rule: string };

const createStack = () =>
  createApp({ outdir: emptyFolder(), bundle: false, consumersFolder: consumersWith(), context: { sources: SOURCES, payments: PAYMENTS } });

const lines = (findings: readonly Finding[]) => findings.map(({ constructPath, rule }) => `${constructPath} ${rule}`).sort();

/** `npm test` turns the CDK's own rules off, for every other test that synthesizes. */
process.env['CDK_VALIDATION'] = 'true';

describe('the AwsSolutions rules of cdk-nag, and the rules of CloudFormation', () => {
  it('have nothing to say that is not acknowledged', async () => {
    const { app } = await createStack();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

    app.synth();

    expect(JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')).pluginReports).toEqual([]);
  });

  it('would say exactly what is acknowledged, each on the one construct it is about', async () => {
    const { app } = await createStack();
    const pack = new AwsSolutionsChecks(app);
    Object.defineProperty(pack, 'isAcknowledged', { value: () => false });

    const { violations } = pack.validateScope(app);

    const findings = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ constructPath: constructPath.replace(/\/Resource$/, ''), rule: ruleName })),
    );
    expect(lines(findings)).toEqual(ACKNOWLEDGED);
  });

  it('are acknowledged in these places only, each time with a reason', async () => {
    const { app } = await createStack();

    const acknowledged = app.node.findAll().flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data as { readonly [rule: string]: string }))
        .map(([rule, reason]) => ({ constructPath: node.path, rule: rule.replace(/^Annotation::/, ''), reason })),
    );
    expect(lines(acknowledged)).toEqual(ACKNOWLEDGED);
    for (const { reason } of acknowledged) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });
});

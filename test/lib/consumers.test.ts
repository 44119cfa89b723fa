import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConsumers } from '../../lib/consumers.ts';
import { projectRoot } from '../../lib/project.ts';
import { permissions } from './permissions.ts';
import { consumersWith, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

const AROUND = { providers: ['standardwebhooks', 'stripe'], reserved: ['charge-stripe', 'confirm-stripe'], builtIn: 0 };
const CONTRACTS = JSON.stringify(join(projectRoot, 'lambdas', 'core', 'contracts.ts'));

/** A consumer as a user writes it; `fields` replaces or adds to what it declares. */
function consumerFile(fields: string): string {
  return `
    import { defineConsumer } from ${CONTRACTS};
    export default defineConsumer({
      name: 'mailer', epoch: 1, subscribes: { stripe: ['charge.failed'] }, tables: { Mails: { access: ['get', 'update'] } },
      apply: () => [],
      ${fields}
    });`;
}

function loading(file: string, text: string) {
  return loadConsumers(consumersWith({ [file]: text }), AROUND);
}

describe('a consumer', () => {
  it('is known by its file', async () => {
    const consumers = await loading('mailer.ts', consumerFile('epoch: 3,'));

    expect(consumers.map(({ address }) => address)).toEqual(['ledger@1', 'mailer@3', 'receipts@1']);
  });

  it.each([
    ['without a default export', 'export const mailer = 1;', 'NO_CONSUMER', 'no consumer as its default export'],
    ['whose default export has no apply', 'export default { name: "mailer" };', 'NO_CONSUMER', 'no consumer as its default export'],
    ['that cannot be imported', 'import "./absent.ts";', 'NOT_IMPORTABLE', 'absent.ts'],
    [
      'that is named otherwise than its file',
      consumerFile("name: 'postman',"),
      'WRONG_NAME',
      'it declares the name "postman"; a consumer has the name of its file: "mailer"',
    ],
    [
      'whose declaration defineConsumer refuses',
      consumerFile('epoch: 0,'),
      'NOT_IMPORTABLE',
      'the epoch is a whole number from 1; received 0',
    ],
    [
      'that sends what it has not prepared',
      consumerFile('perform: () => 1,'),
      'NOT_IMPORTABLE',
      'it has `perform` and no `prepare`. What is sent must be frozen before it leaves',
    ],
    [
      'that went around defineConsumer',
      'export default { name: "mailer", epoch: 0, subscribes: { stripe: ["x"] }, tables: {}, apply: () => [] };',
      'BAD_CONSUMER',
      'the epoch is a whole number from 1',
    ],
    [
      'that subscribes to an unknown provider',
      consumerFile("subscribes: { strpe: ['x'] },"),
      'UNKNOWN_PROVIDER',
      'the provider "strpe"; allowed are standardwebhooks, stripe (the files in lambdas/providers) and oncehook',
    ],
    [
      'that declares a table of payments',
      consumerFile("tables: { Reconciliation: { access: ['put'] } },"),
      'RESERVED_TABLE',
      'the table Reconciliation',
    ],
    ['that declares one of our tables', consumerFile("tables: { Inbox: { access: ['put'] } },"), 'RESERVED_TABLE', 'the table Inbox'],
    [
      "that declares another consumer's table",
      consumerFile("tables: { Ledger: { access: ['get'] } },"),
      'TABLE_TAKEN',
      'the table Ledger, which belongs to ledger',
    ],
    [
      'that declares a table without access',
      consumerFile('tables: { Mails: { access: [] } },'),
      'BAD_ACCESS',
      'no access for the table Mails; allowed are one or more of get, put, update, delete, check',
    ],
    [
      'that declares an access that does not exist',
      consumerFile("tables: { Mails: { access: ['get', 'scan'] } },"),
      'BAD_ACCESS',
      'the access "scan" for the table Mails',
    ],
  ])('%s is refused with its file and the reason', async (_what, text, code, message) => {
    const refused = loading('mailer.ts', text);

    await expect(refused).rejects.toMatchObject({ name: 'ConfigurationError', code, message: expect.stringContaining(message) });
    await expect(refused).rejects.toThrow(/mailer\.ts/);
  });

  it.each(['charge-stripe', 'confirm-stripe'])('that is named %s is refused, whether or not payments are configured', async (name) => {
    const refused = loading(`${name}.ts`, consumerFile(`name: '${name}',`));

    await expect(refused).rejects.toMatchObject({
      code: 'RESERVED_NAME',
      message: expect.stringMatching(new RegExp(`${name}\\.ts: its name "${name}" is that of a consumer which payments bring`)),
    });
  });

  it('that would share its logical ids with another is refused', async () => {
    const twin = (name: string) => consumerFile(`name: '${name}', tables: {},`);
    const refused = loadConsumers(consumersWith({ 'mail-1.ts': twin('mail-1'), 'mail1.ts': twin('mail1') }), AROUND);

    await expect(refused).rejects.toMatchObject({ code: 'SAME_NAME', message: expect.stringContaining('"mail-1" and "mail1"') });
  });

  it.each([
    [20, 0, 'There are 21 consumers in', 'one stack takes up to 20.'],
    [18, 2, 'There are 19 consumers in', 'one stack takes up to 18 besides the 2 of payments.'],
  ])('beyond the %i that fit beside %i of payments is refused', async (fitting, builtIn, says, allowed) => {
    const files = Array.from({ length: fitting - 2 }, (_, index) => `mailer${index}`);
    const folder = (names: readonly string[]) =>
      consumersWith(Object.fromEntries(names.map((name) => [`${name}.ts`, consumerFile(`name: '${name}', tables: {},`)])));

    await expect(loadConsumers(folder(files), { ...AROUND, builtIn })).resolves.toHaveLength(fitting);
    const refused = loadConsumers(folder([...files, 'more']), { ...AROUND, builtIn });
    await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_CONSUMERS', message: expect.stringContaining(says) });
    await expect(refused).rejects.toThrow(allowed);
  });
});

describe('a consumer that is added as a file', () => {
  const added = (): Promise<SynthesizedStack> => synthesizedStack({ consumersFolder: consumersWith({ 'mailer.ts': consumerFile('') }) });

  it('gets a queue, a dead-letter queue, a function and a mapping', async () => {
    const stack = await added();

    const paths = stack.resources.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'ConsumeMailer/Messages/Queue',
        'ConsumeMailer/DeadLetters/Queue',
        'ConsumeMailer/Consume/Function',
        'ConsumeMailer/Mapping',
        'Tables/Mails/Table',
      ]),
    );
  });

  it('is known to the relay and may be sent to', async () => {
    const stack = await added();

    const variables = stack.readable(stack.at('Relay/Relay/Function').properties['Environment']);
    const policy = JSON.stringify(stack.readable(stack.at('Relay/Relay/Role/DefaultPolicy').properties));
    expect(JSON.stringify(variables)).toContain('\\"mailer\\":\\"ConsumeMailer/Messages/Queue\\"');
    expect(policy).toContain('ConsumeMailer/Messages/Queue.Arn');
  });

  it('reads the inbox and has an alarm for keys that are too old where it sends something elsewhere, and else neither', async () => {
    const inbox = (stack: SynthesizedStack) =>
      permissions(stack)['ConsumeMailer/Consume/Function']?.filter((line) => line.includes('Inbox'));
    const alarms = (stack: SynthesizedStack) => stack.resources.filter(({ path }) => path === 'Alarms/ConsumerMailerOutsideKeysTooOld');
    const text = consumerFile('prepare: () => ({}), perform: () => 1, keyLifeSeconds: 86_400,');
    const sender = await synthesizedStack({ consumersFolder: consumersWith({ 'mailer.ts': text }) });
    const other = await added();

    expect(inbox(sender)).toEqual(['dynamodb:GetItem on Tables/Inbox/Table.Arn', 'dynamodb:PutItem on Tables/Inbox/Table.Arn']);
    expect(alarms(sender)).toMatchObject([{ properties: { MetricName: 'OutsideKeysTooOld', Threshold: 1, Statistic: 'Sum' } }]);
    expect(inbox(other)).toEqual(['dynamodb:PutItem on Tables/Inbox/Table.Arn']);
    expect(alarms(other)).toEqual([]);
  });

  it('has an empty secret, granted to it alone, with its alarms and its place in the output, where it declares one', async () => {
    const text = consumerFile('prepare: () => ({}), perform: () => 1, secret: true,');
    const stack = await synthesizedStack({ consumersFolder: consumersWith({ 'mailer.ts': text }) });
    const granted = Object.entries(permissions(stack)).filter(([, lines]) =>
      lines.some((line) => line.endsWith('on ConsumeMailer/Secret')),
    );
    const alarms = stack.resources.map(({ path }) => path).filter((path) => /^Alarms\/ConsumerMailer.*Secret/.test(path));

    expect(stack.at('ConsumeMailer/Secret')).toMatchObject({ properties: {}, deletionPolicy: 'Retain' });
    expect(granted.map(([fn]) => fn)).toEqual(['ConsumeMailer/Consume/Function']);
    expect(JSON.stringify(stack.readable(stack.at('ConsumeMailer/Consume/Function').properties))).toContain(
      '"SECRET_ID":"ConsumeMailer/Secret"',
    );
    expect(alarms).toEqual(['Alarms/ConsumerMailerSecretUnavailable', 'Alarms/ConsumerMailerNoActiveSecret']);
    expect(String(stack.readable(stack.outputs['ConsumerMailer']?.Value))).toContain('"secretId":"ConsumeMailer/Secret"');
  });

  it('has its output', async () => {
    const stack = await added();

    expect(JSON.parse(String(stack.readable(stack.outputs['ConsumerMailer']?.Value)))).toEqual({
      name: 'mailer',
      address: 'mailer@1',
      queueUrl: 'ConsumeMailer/Messages/Queue',
      deadLetterUrl: 'ConsumeMailer/DeadLetters/Queue',
      tables: { Mails: 'Tables/Mails/Table' },
    });
  });
});

/** The settings of a deployment other than its sources: context values, in `cdk.json` or on the command line (`-c ephemeral=true`). */
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';

export type Settings = {
  readonly stackName: string;
  readonly ephemeral: boolean;
  readonly alarmTopicArn: string | undefined;
  readonly retired: readonly string[];
};

/** The command line gives texts, `cdk.json` gives JSON; a text that is neither is refused, so that a typing error does not protect or expose. */
const schema = z.object({
  stackName: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,59}$/, 'allowed are 1 to 60 letters, digits and hyphens, starting with a letter.'),
  ephemeral: z
    .union([z.boolean(), z.enum(['true', 'false'])], 'allowed are true and false; true is for a throw-away stack, whose data goes with it.')
    .transform((value) => value === true || value === 'true'),
  alarmTopicArn: z
    .string()
    .regex(
      /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/,
      'allowed is the ARN of an SNS topic: arn:aws:sns:{region}:{account}:{name}.',
    )
    .optional(),
  retired: z
    .array(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,39}(?:@[1-9]\d{0,5})?$/, 'allowed are names of consumers (`receipts`) and addresses (`ledger@1`).'),
      'allowed is a list of names and addresses of consumers that are gone for good: ["receipts", "ledger@1"].',
    )
    .default([]),
});

export function readSettings(read: (name: string) => unknown): Settings {
  const parsed = schema.safeParse({
    stackName: read('stackName') ?? 'oncehook',
    ephemeral: read('ephemeral') ?? false,
    alarmTopicArn: read('alarmTopicArn'),
    retired: read('retired'),
  });
  if (parsed.success) return { ...parsed.data, alarmTopicArn: parsed.data.alarmTopicArn };
  const faults = parsed.error.issues.map(
    ({ path, message }) => `  - ${path.join('.')}: received ${JSON.stringify(read(String(path[0])))}; ${message}`,
  );
  throw new ConfigurationError('BAD_SETTINGS', `The context in cdk.json or after -c is not usable:\n${faults.join('\n')}`);
}

/** The CDK app as `npx cdk` starts it. */
import { createApp } from '../lib/app.ts';
import { ConfigurationError } from '../lib/configuration-error.ts';
import { printError } from '../ops/terminal.ts';

try {
  const { app } = await createApp();
  app.synth();
} catch (error) {
  // What the user can put right is said without a stack trace.
  if (!(error instanceof ConfigurationError)) throw error;
  printError(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}

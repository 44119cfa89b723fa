/** The CDK app: reads the configuration and the folders, checks them, and builds the stack. The laptop runs what this synthesizes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { providerBooks } from './books-module.ts';
import { type BuiltInConsumer, builtInConsumers, confirmations } from './built-in-consumers.ts';
import { ConfigurationError } from './configuration-error.ts';
import { loadConsumers } from './consumers.ts';
import { writePaymentsModule } from './payments-module.ts';
import { readPayments } from './payments-settings.ts';
import { consumersFolder, projectRoot, providerApisFolder, providersFolder } from './project.ts';
import { loadProviderApis } from './provider-apis.ts';
import { loadProviders } from './providers.ts';
import { writeRoutesModule } from './routes-module.ts';
import { readSettings } from './settings.ts';
import { readSources } from './sources.ts';
import { OncehookStack } from './stack.ts';

export type AppOptions = {
  /** Where the cloud assembly is written. @default - where the CDK command says, or else a temporary folder */
  readonly outdir?: string;
  /** Context over the one in `cdk.json`: `sources`, `payments`, `stackName`, `ephemeral`, `alarmTopicArn`, `retired`. @default - none */
  readonly context?: { readonly [name: string]: unknown };
  /** The folder whose files are the consumers. @default - lambdas/consumers */
  readonly consumersFolder?: string;
  /** Whether functions are bundled; without it a template is ready in a second and its functions have no code. @default true */
  readonly bundle?: boolean;
};

/** Throws a `ConfigurationError` for whatever is wrong with the configuration. */
export async function createApp(options: AppOptions = {}): Promise<{ readonly app: App; readonly stack: OncehookStack }> {
  const app = new App({
    analyticsReporting: false,
    context: {
      ...projectContext(),
      ...options.context,
      ...(options.bundle === false ? { 'aws:cdk:bundling-stacks': [] } : {}),
    },
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
  });
  const providers = await loadProviders(providersFolder);
  const apis = await loadProviderApis(providerApisFolder);
  const sources = readSources(app.node.tryGetContext('sources'), providers);
  const payments = readPayments(app.node.tryGetContext('payments'), { apis, sources });
  const { stackName, ephemeral, alarmTopicArn, retired } = readSettings((name) => app.node.tryGetContext(name));
  const builtIn = builtInConsumers(payments);
  const consumers = await loadConsumers(options.consumersFolder ?? consumersFolder, {
    providers: providers.map(({ name }) => name),
    reserved: builtInConsumers(apis).map(({ name }) => name),
    builtIn: builtIn.length,
  });
  checkRetired(retired, [...consumers, ...builtIn]);
  const routesFile = writeRoutesModule(app.outdir, { consumers, builtIn: confirmations(payments), retired });
  const paymentsFile = writePaymentsModule(app.outdir, payments);
  const books = Object.fromEntries(payments.map(({ name }) => [name, providerBooks(app.outdir, name, consumers)]));
  const props = { sources, consumers, payments, routesFile, paymentsFile, books, ephemeral, alarmTopicArn };
  return { app, stack: new OncehookStack(app, stackName, props) };
}

/** To be retired is to be gone: whoever still gets events must not be passed over by settlement. */
function checkRetired(retired: readonly string[], consumers: readonly BuiltInConsumer[]): void {
  const present = retired.find((entry) => consumers.some(({ name, address }) => entry === name || entry === address));
  if (present === undefined) return;
  throw new ConfigurationError(
    'RETIRED_CONSUMER_PRESENT',
    `cdk.json declares ${JSON.stringify(present)} retired, and a file in lambdas/consumers or "payments" still has it. Remove it there, or take it from "retired".`,
  );
}

/** Builds and writes the cloud assembly in this process, and returns the stack's part of it: the template and where the bundles are. */
export async function synthesize(options: AppOptions = {}): Promise<CloudFormationStackArtifact> {
  const { app, stack } = await createApp(options);
  return app.synth().getStackArtifact(stack.artifactId);
}

/** The context that the CDK command would hand over, for those who synthesize without it. */
function projectContext(): { readonly [name: string]: unknown } {
  return JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8')).context;
}

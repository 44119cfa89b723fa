/** A function as all of ours are: runtime, processor, log group, role and bundling are decided here and nowhere else. */
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { projectRoot } from './project.ts';
import { FUNCTION_MEMORY_MEBIBYTES, LOG_RETENTION_DAYS } from './sizing.ts';

export type HouseFunctionProps = {
  /** The file in `lambdas/entry/`, and the word for this kind of function in logs and metrics. */
  readonly kind: 'ingest' | 'relay' | 'consume' | 'settle' | 'pay' | 'charge' | 'confirm' | 'payments-clock' | 'reconcile';
  /** The file in `lambdas/entry/`, where it is not the one of its kind. @default - the kind */
  readonly entry?: string;
  /** The source, consumer or provider it works for. @default - there is one function of its kind */
  readonly name?: string;
  readonly timeoutSeconds: number;
  readonly environment: { readonly [name: string]: string };
  /** Modules that synth chooses: what an entry imports as `#provider`, for example, and the file behind it. @default - none */
  readonly aliases?: { readonly [specifier: string]: string };
};

/**
 * No concurrency is reserved: the routes' throttles and the mappings bound each function, and an account that is new has too few
 * executions to reserve any, so that the deployment would fail.
 */
export class HouseFunction extends Construct {
  readonly fn: NodejsFunction;
  /** The dimension `service` of its metrics. With the stack's name in it, a throw-away stack rings no alarm of another. */
  readonly service: string;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: HouseFunctionProps) {
    super(scope, id);
    this.service = [Stack.of(this).stackName, props.kind, props.name].filter((part) => part !== undefined).join('-');
    const logGroup = new LogGroup(this, 'Logs', { retention: LOG_RETENTION_DAYS, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    this.fn = new NodejsFunction(this, 'Function', {
      entry: join(projectRoot, 'lambdas', 'entry', `${props.entry ?? props.kind}.ts`),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: FUNCTION_MEMORY_MEBIBYTES,
      timeout: Duration.seconds(props.timeoutSeconds),
      role: this.role,
      logGroup,
      environment: { POWERTOOLS_SERVICE_NAME: this.service, POWERTOOLS_METRICS_NAMESPACE: 'oncehook', ...props.environment },
      projectRoot,
      depsLockFilePath: join(projectRoot, 'package-lock.json'),
      bundling: bundling(props.aliases ?? {}),
    });
  }

  /** Grants exactly these actions on exactly these resources. Nothing else in this folder grants anything to a function. */
  allow(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }

  /** For an action that AWS defines no resource for; `reason` is why the function needs it. */
  allowEverywhere(action: string, reason: string): void {
    this.allow([action], ['*']);
    Validations.of(this.role.node.findChild('DefaultPolicy')).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason });
  }
}

/** What Lambda never uses of the SDK: 141 KB and half of the import's processor time. The container's credential provider stays. */
const ABSENT_SDK_PARTS = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/endpoint-cache',
  '@smithy/credential-provider-imds',
];

/**
 * CommonJS, because a bundle in ES modules imports `node:http` statically, which costs 30 ms of each cold start. The SDK goes with the
 * function, so that the version tested is the version run. No source maps: reading one costs each cold start.
 */
export function bundling(aliases: { readonly [specifier: string]: string }): BundlingOptions {
  const absent = join(projectRoot, 'lambdas', 'aws', 'absent-sdk-parts.ts');
  const all = { ...aliases, ...Object.fromEntries(ABSENT_SDK_PARTS.map((part) => [part, absent])) };
  return {
    format: OutputFormat.CJS,
    target: 'node24',
    minify: true,
    sourceMap: false,
    mainFields: ['module', 'main'],
    bundleAwsSDK: true,
    logLevel: LogLevel.WARNING,
    esbuildArgs: Object.fromEntries(Object.entries(all).map(([specifier, file]) => [`--alias:${specifier}`, file])),
  };
}

import './kernel/process/check-node-version.js';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { scopes } from './access/scopes.js';
import { mintAccessToken } from './access/access-token.js';
import { type Env, readEnv } from './kernel/env.js';
import { readSecrets } from './kernel/process/state-directory.js';
import { type SubgraphName, subgraphNames } from './subgraphs/runtime/subgraph.js';
import { packageVersion } from './kernel/version.js';
import { withHealth } from './roles/health.js';
import type { KubeconfigRequest } from './roles/kubeconfig.js';
import type { Role } from './roles/role.js';
import type { SupergraphOrigin } from './roles/supergraph-role.js';
import { checkTokenFlags } from './roles/token-flags.js';
import { withTracing } from './roles/with-tracing.js';
import { subgraphPorts } from './roles/ports.js';

// Each role loads only its parts: a subgraph process does not load the gateway.
const program = new Command('fleetgraph')
  .description('One GraphQL graph over a fleet of Kubernetes clusters')
  .version(packageVersion(), '-V, --version', 'prints the release');

program
  .command('start', { isDefault: true })
  .description('everything in one process; embedded PostgreSQL unless DATABASE_URL is set')
  .option(
    '--new-secrets',
    'use new secrets with the database of DATABASE_URL; invalidates all tokens, cursors and kubeconfigs',
  )
  // An unknown command would be parsed as an argument of this one.
  .allowExcessArguments()
  .action(async ({ newSecrets }: { newSecrets?: boolean }, command: Command) => {
    const [unknown] = command.args;
    if (unknown !== undefined)
      command.error(`error: unknown command "${unknown}"; \`fleetgraph --help\` lists the commands`);
    const { start } = await import('./roles/start.js');
    await runUntilSignal(withTracing('fleetgraph', (env) => start(env, { newSecrets })));
  });

interface GatewayFlags {
  readonly trustedDocuments?: string;
  readonly supergraph?: string;
  readonly compose?: string;
  readonly apolloServer?: boolean;
}

program
  .command('gateway')
  .description('the gateway, in front of SUBGRAPH_URLS')
  .option('--trusted-documents <file>', 'execute only these documents; overrides TRUSTED_DOCUMENTS')
  .option(
    '--supergraph <file>',
    'another graph to serve: supergraph SDL, with the addresses of its subgraphs',
  )
  .addOption(
    new Option(
      '--compose <file>',
      'another graph to serve: YAML that lists its subgraphs, whose schemas are composed and polled',
    ).conflicts('supergraph'),
  )
  .option(
    '--apollo-server',
    'serve the other graph with Apollo Server: with its usage reports for APOLLO_KEY and APOLLO_GRAPH_REF, without subscriptions',
  )
  .action(async ({ trustedDocuments, supergraph, compose, apolloServer }: GatewayFlags, command: Command) => {
    const overrides = trustedDocuments ? { TRUSTED_DOCUMENTS: trustedDocuments } : {};
    const origin = supergraph ? { supergraph } : compose ? { compose } : undefined;
    if (apolloServer && !origin) command.error('error: --apollo-server needs --supergraph or --compose');
    const role = await gatewayRoleFor(origin, apolloServer);
    await runUntilSignal(
      printReady(withTracing('fleetgraph-gateway', (env) => role({ ...env, ...overrides }))),
    );
  });

program
  .command('subgraph')
  .argument('<name>', `one of ${subgraphNames.join(', ')}`, subgraphName)
  .option('--port <port>', 'port to listen on; 0 takes a free port', Number)
  .description('one subgraph over HTTP, for a gateway')
  .action(async (name: SubgraphName, { port = subgraphPorts[name] }: { port?: number }) => {
    const { subgraphRole } = await import('./roles/subgraph-role.js');
    await runUntilSignal(
      printReady(withTracing(`fleetgraph-subgraph-${name}`, (env) => subgraphRole(env, name, port))),
    );
  });

program
  .command('engine')
  .description('the control-plane engine; any number of processes share the work')
  .action(async () =>
    runUntilSignal(
      printReady(withTracing('fleetgraph-engine', (await import('./roles/engine-role.js')).engineRole)),
    ),
  );

program
  .command('kubesim')
  .description('the simulated cloud and its Kubernetes API servers')
  .action(async () => runUntilSignal(printReady((await import('./roles/kubesim-role.js')).kubesimRole)));

program
  .command('token')
  .description('prints a bearer token, signed with AUTH_SECRET or the secret in FLEETGRAPH_HOME')
  .requiredOption('--account <account>', 'account of the token')
  .option('--subject <subject>', 'subject of the token', 'cli')
  .option('--ttl <seconds>', 'seconds until it expires', Number, 3600)
  .addOption(
    new Option('--scope <scope...>', 'scopes of the token; default the read-only ones').choices(
      Object.keys(scopes),
    ),
  )
  .option('--unverified', "mark the account's holder as not identified")
  .action(async (options: TokenOptions) => {
    const env = readEnv();
    checkTokenFlags(options, env.AUTH_MAX_DAYS);
    const token = await mintAccessToken(await authSecret(env), {
      account: options.account,
      subject: options.subject,
      ttlSeconds: options.ttl,
      scopes: options.scope,
      verified: !options.unverified,
      issuer: env.AUTH_ISSUER,
      audience: env.AUTH_AUDIENCE,
    });
    process.stdout.write(`${token}\n`);
  });

kubeconfigCommand(
  'kubeconfig',
  'prints a kubeconfig whose clients get their tokens by `kubeconfig-token`',
).action(async (flags: KubeconfigFlags) => {
  const { kubeconfig } = await import('./roles/kubeconfig.js');
  const program = fileURLToPath(new URL('../bin/fleetgraph.js', import.meta.url));
  process.stdout.write(await kubeconfig(kubeconfigRequest(flags), program));
});

kubeconfigCommand('kubeconfig-token', 'prints credentials of a cluster for kubectl, which runs it').action(
  async (flags: KubeconfigFlags) => {
    const { kubeconfigToken } = await import('./roles/kubeconfig.js');
    process.stdout.write(`${await kubeconfigToken(kubeconfigRequest(flags))}\n`);
  },
);

program
  .command('audit')
  .description('the audit log of DATABASE_URL')
  .command('verify')
  .description('finds missing, changed and reordered rows; exits with 1 if there are any')
  .option('--account <account>', 'verify the log of one account; default all')
  .action(async ({ account }: { account?: string }) => {
    const { auditVerify } = await import('./roles/audit-verify.js');
    const { text, isIntact } = await auditVerify(readEnv(), account);
    process.stdout.write(`${text}\n`);
    process.exitCode = isIntact ? 0 : 1;
  });

program
  .command('reset')
  .description('deletes database, secrets and token of FLEETGRAPH_HOME, after a confirmation')
  .option('--yes', 'skip the confirmation')
  .action(async ({ yes = false }: { yes?: boolean }) => {
    const { reset } = await import('./roles/reset.js');
    process.stdout.write(`${await reset(readEnv(), yes)}\n`);
  });

interface KubeconfigFlags {
  readonly cluster: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly ttl: number;
}

/** A command that asks the graph for the kubeconfig of a cluster. */
function kubeconfigCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--cluster <id>', 'id of the cluster')
    .option('--url <url>', 'address of the graph; default that of a platform on this machine')
    .option('--token-file <file>', 'file with your bearer token; default the one in FLEETGRAPH_HOME')
    .option('--ttl <minutes>', 'minutes until the credentials expire, 15 to 4320', Number, 15);
}

function kubeconfigRequest({ cluster, url, tokenFile, ttl }: KubeconfigFlags): KubeconfigRequest {
  const { FLEETGRAPH_HOME: home, PORT: port } = readEnv();
  return {
    ...{ cluster, ttl },
    url: url ?? `http://127.0.0.1:${port}/graphql`,
    tokenFile: tokenFile ?? join(home, 'token'),
  };
}

/** The role of `gateway`: the platform's gateway, or a server of another graph. */
async function gatewayRoleFor(
  origin: SupergraphOrigin | undefined,
  apolloServer: boolean | undefined,
): Promise<(env: Env) => Promise<Role>> {
  if (!origin) return (await import('./roles/gateway-role.js')).gatewayRole;
  if (apolloServer) {
    const { apolloServerRole } = await import('./roles/apollo-server-role.js');
    return (env) => apolloServerRole(env, origin);
  }
  const { supergraphRole } = await import('./roles/supergraph-role.js');
  return (env) => supergraphRole(env, origin);
}

/** The secret that signs tokens: AUTH_SECRET, or the secret of the state folder. */
async function authSecret(env: Env): Promise<string> {
  const secret = env.AUTH_SECRET ?? (await readSecrets(env.FLEETGRAPH_HOME))?.auth;
  if (secret !== undefined) return secret;
  throw new Error(
    `There is no secret to sign with: set AUTH_SECRET, or FLEETGRAPH_HOME to the state folder of a platform (now ${env.FLEETGRAPH_HOME}).`,
  );
}

interface TokenOptions {
  readonly account: string;
  readonly subject: string;
  readonly ttl: number;
  readonly scope?: string[];
  readonly unverified?: boolean;
}

function subgraphName(text: string): SubgraphName {
  const name = subgraphNames.find((known) => known === text);
  if (!name) throw new InvalidArgumentError(`it is one of ${subgraphNames.join(', ')}`);
  return name;
}

/** Prints the URL of a running role: a line that a supervisor can wait for. */
function printReady(role: (env: Env) => Promise<Role>): (env: Env) => Promise<Role> {
  return async (env) => {
    const running = await role(env);
    process.stdout.write(`ready ${running.url ?? ''}\n`);
    return running;
  };
}

/**
 * Milliseconds within which two signals count as one: a signal to the process group (by a terminal, `timeout` or a service
 * manager) reaches this process directly and again through its parent process, which forwards signals.
 */
const SAME_SIGNAL_MS = 500;

/**
 * Runs until SIGINT or SIGTERM, then closes in order; a second signal exits immediately. A signal during the start is
 * handled after it, so that all started parts are closed.
 */
async function runUntilSignal(role: (env: Env) => Promise<Role>): Promise<void> {
  const signalled = firstSignal();
  const running = await withHealth(role)(readEnv());
  await signalled;
  await running[Symbol.asyncDispose]();
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = () => {
      if (first !== undefined && performance.now() - first > SAME_SIGNAL_MS) process.exit(130);
      first ??= performance.now();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${startErrorMessage(error)}\n`);
  process.exitCode = 1;
}

/** Message of a failed start, with the remedy if it is known. */
function startErrorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code !== 'EADDRINUSE') return error.message;
  return `Port ${port} is in use. Name another: PORT for what is served to clients, KUBESIM_PORT for the simulated cloud (PORT + 1 if omitted, and the port after it).`;
}

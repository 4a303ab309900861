import { isIP } from 'node:net';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url();
const days = z.coerce.number().int().min(1).max(3650);

/** Whether a text is an origin as browsers send it in `Origin`: scheme, host and port. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((all) => all.every((origin) => origin === '*' || isOrigin(origin)), {
    message: 'list origins such as https://console.example.com, without a path, separated by commas, or *',
  });

/** Whether a text is an address or a network in CIDR notation. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    rest.length === 0 &&
    bits > 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

const networks = z
  .string()
  .transform((text) => text.split(',').map((network) => network.trim()))
  .refine((all) => all.every(isNetwork), {
    message: 'list addresses and networks such as 10.0.0.0/8, separated by commas',
  });

const databaseUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'a URL such as postgresql://role:password@host:5432/database',
});

/** Every setting the platform reads from the environment: name, form, default. Documented in docs/operations.md. */
const envSchema = z.object({
  /** Address and port of the gateway. */
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4000),
  /** State folder of the all-in-one process: database, secrets, development token. */
  FLEETGRAPH_HOME: z.string().default('.fleetgraph'),
  /** PostgreSQL 15 or newer; without it the embedded server is used. */
  DATABASE_URL: databaseUrl.optional(),
  /** The same database as its owner, for migrations and rights; without it the role of DATABASE_URL is the owner. */
  DATABASE_MIGRATION_URL: databaseUrl.optional(),
  /** Connections to PostgreSQL of one process. */
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(20),
  /** Signs requests between processes of the platform; the same for every process, at least 32 characters. */
  FLEETGRAPH_SECRET: z.string().min(32).optional(),
  /**
   * Keys of event cursors, `id:secret` separated by commas: the first signs, all are accepted. `platform` is the key
   * derived from FLEETGRAPH_SECRET. The same for every process.
   */
  CURSOR_KEYS: z.string().default('platform'),
  /** WebSockets and event streams that one account may have open at a gateway. */
  CONNECTIONS_PER_ACCOUNT: z.coerce.number().int().min(1).optional(),
  /** HTTP requests of one account that a gateway executes concurrently, and as many operations of its batches and streams. */
  REQUESTS_PER_ACCOUNT: z.coerce.number().int().min(1).optional(),
  /** HTTP requests of one account that a gateway queues, and as many operations; it rejects further ones. */
  REQUESTS_WAITING_PER_ACCOUNT: z.coerce.number().int().min(0).optional(),
  /** Subscriptions of one account at a gateway; those that share an execution count once. */
  SUBSCRIPTIONS_PER_ACCOUNT: z.coerce.number().int().min(1).optional(),
  /** A file of revoked tokens; see docs/operations.md. */
  AUTH_REVOCATIONS: z.string().optional(),
  /** Clients' tokens: an HS256 secret, or the URL of a JWKS. */
  AUTH_SECRET: z.string().min(32).optional(),
  AUTH_JWKS_URL: url.optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  /** Longest lifetime of a token in days; the gateway rejects longer-lived tokens and tokens without `exp`. */
  AUTH_MAX_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** Scopes of tokens without scopes, separated by spaces; default the read-only ones. */
  AUTH_DEFAULT_SCOPES: z.string().optional(),
  /** Claim with the groups of a token's holder; empty: none. */
  AUTH_GROUPS_CLAIM: z.string().default('groups'),
  /** `off`: no authentication. Only for a gateway that serves another graph, `gateway --supergraph`. */
  FLEETGRAPH_AUTH: z.enum(['on', 'off']).default('on'),
  /** Values of `Host` that a gateway accepts, separated by commas; default any, with FLEETGRAPH_AUTH=off none. */
  ALLOWED_HOSTS: z.string().optional(),
  /** Origins that a gateway allows by CORS, separated by commas; `*` for all. */
  CORS_ORIGINS: origins.optional(),
  /** Proxies in front of the gateway, whose X-Forwarded-For names the client: addresses and networks, separated by commas. */
  TRUSTED_PROXIES: networks.optional(),
  /** Subgraphs that run as processes of their own: `clusters=http://10.0.0.5:4101/graphql,regions=…`. */
  SUBGRAPH_URLS: z.string().optional(),
  /**
   * NATS, to carry event notifications between hosts: `nats://host:4222`, several separated by commas. Without it
   * every process holds a LISTEN connection to PostgreSQL.
   */
  NATS_URL: z.string().optional(),
  /** A `.creds` file for NATS_URL. */
  NATS_CREDENTIALS: z.string().optional(),
  /** The simulated cloud, when it runs as a process of its own. */
  KUBESIM_URL: url.optional(),
  /**
   * Port of the simulated cloud; its Kubernetes API servers listen on the next one. Kubeconfigs contain it, so it should
   * stay the same. Default: the port after PORT in the all-in-one process, 4106 in a separate process. 0 takes free
   * ports.
   */
  KUBESIM_PORT: port.optional(),
  /** Control plane of new clusters of the simulated cloud: simulated, or real processes of KUBEBUILDER_ASSETS. */
  CONTROL_PLANE: z.enum(['simulated', 'real']).default('simulated'),
  /** Folder of etcd, kube-apiserver, kube-controller-manager and kube-scheduler, as `npm run control-plane` prints it. */
  KUBEBUILDER_ASSETS: z.string().optional(),
  /** Hosts at which webhooks of simulated clusters may be called by URL, with commas between: `host` or `host:port`. */
  WEBHOOK_HOSTS: z.string().optional(),
  /** MiB of JSON that the objects of one simulated cluster may take. */
  KUBESIM_STORAGE_MIB: z.coerce.number().int().min(1).max(4096).default(256),
  /** Speed of the simulated cloud as a multiple of real time; default the stored speed, 10 for a new database. */
  SIMULATION_SPEED: z.coerce.number().min(0.1).max(10_000).optional(),
  /** Jobs that one engine process runs concurrently. */
  ENGINE_CONCURRENCY: z.coerce.number().int().min(1).max(200).default(10),
  /** Days for which the engine keeps completed records, see engine/jobs/retention.ts; older usage records are kept as daily sums. */
  RETENTION_OPERATIONS: days.default(30),
  RETENTION_DELETED_CLUSTERS: days.default(90),
  RETENTION_TICKETS: days.default(365),
  RETENTION_QUOTA_APPLICATIONS: days.default(365),
  RETENTION_USAGE_RECORDS: days.min(31).default(400),
  RETENTION_AUDIT_EVENTS: days.min(30).default(400),
  /** Sinks to which engines export the audit log: a URL with the key of its signatures, a syslog server, a file or `stdout`. */
  AUDIT_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUDIT_WEBHOOK_SECRET: z.string().min(32).optional(),
  AUDIT_SYSLOG: z
    .string()
    .refine((text) => URL.canParse(`tls://${text}`) && new URL(`tls://${text}`).href === `tls://${text}`, {
      message: 'a host, or host:port',
    })
    .optional(),
  AUDIT_SYSLOG_CA: z.string().optional(),
  AUDIT_JSON_LINES: z.string().optional(),
  /** Timeout of a query or mutation in seconds; a subgraph process cancels statements that take longer. */
  REQUEST_TIMEOUT: z.coerce.number().int().min(1).max(600).default(30),
  /** Maximum cost of one operation. */
  COST_LIMIT: z.coerce.number().int().min(1).optional(),
  /** Maximum size of a response in bytes of JSON. */
  RESPONSE_LIMIT: z.coerce.number().int().min(10_000).max(1_000_000_000).optional(),
  /** Cost points of an account; refilled within a minute. 0: unlimited. */
  RATE_POINTS: z.coerce.number().int().min(0).max(1_000_000_000).optional(),
  /** Whether the planning thread of a gateway warms up after its start. */
  PLANNER_WARM_UP: z.stringbool().default(true),
  /** Whether clients may read the schema: all, none, or those whose token has the scope for it. */
  INTROSPECTION: z.union([z.literal('scope'), z.stringbool()]).default('scope'),
  /** A file of the only documents that the gateway executes. */
  TRUSTED_DOCUMENTS: z.string().optional(),
  /** Port of the Prometheus metrics of this process; without it the process serves none. */
  METRICS_PORT: port.optional(),
  /** Port of the health probes of this process, served by a separate thread; without it the thread is not started. */
  HEALTH_PORT: port.optional(),
  /** Seconds that the event loop of the main thread may be blocked before /healthz of HEALTH_PORT returns 503. */
  HEALTH_STALL: z.coerce.number().int().min(1).max(3600).default(30),
  /** A trace collector that accepts OTLP over HTTP; without it the process does not trace. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  /** Service name of this process in traces; default its role. */
  OTEL_SERVICE_NAME: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Env = z.infer<typeof envSchema>;

/** Names of all settings. */
export const settingNames: readonly string[] = Object.keys(envSchema.shape);

/** Reads and checks the environment; throws a message that names every wrong setting. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const parsed = envSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new Error(
    `settings: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`,
  );
}

/** Settings of Go's runtime, with which an operator trades memory for CPU; all that programs of control planes get of the environment. */
export function goSettings(): NodeJS.ProcessEnv {
  const names = ['GOGC', 'GOMEMLIMIT', 'GOMAXPROCS'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

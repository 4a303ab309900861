import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url();
const days = z.coerce.number().int().min(1).max(3650);

/** Whether a text is what browsers send as `Origin`: scheme, host and port, nothing after it. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((all) => all.every((origin) => origin === '*' || isOrigin(origin)), {
    message: 'list origins such as https://console.example.com, without a path, separated by commas, or *',
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
  /** Signs what the platform's parts say to each other; the same for every process, at least 32 characters. */
  FLEETGRAPH_SECRET: z.string().min(32).optional(),
  /**
   * Keys of event cursors, `id:secret` separated by commas, the first signs and all are accepted; `platform` stands for
   * the key that follows from FLEETGRAPH_SECRET. The same for every process.
   */
  CURSOR_KEYS: z.string().default('platform'),
  /** WebSockets and event streams that one account may have open at a gateway. */
  CONNECTIONS_PER_ACCOUNT: z.coerce.number().int().min(1).optional(),
  /** HTTP requests of one account that a gateway answers at once, and as many operations of its batches and streams. */
  REQUESTS_PER_ACCOUNT: z.coerce.number().int().min(1).optional(),
  /** HTTP requests of one account that wait for that, and as many operations; further ones are refused. */
  REQUESTS_WAITING_PER_ACCOUNT: z.coerce.number().int().min(0).optional(),
  /** Different subscriptions of one account at a gateway; of those that share an execution one counts. */
  SUBSCRIPTIONS_PER_ACCOUNT: z.coerce.number().int().min(1).optional(),
  /** A file of tokens that were called back; see docs/operations.md. */
  AUTH_REVOCATIONS: z.string().optional(),
  /** Clients' tokens: an HS256 secret, or the URL of a JWKS. */
  AUTH_SECRET: z.string().min(32).optional(),
  AUTH_JWKS_URL: url.optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  /** Days for which a token may be valid; one that is valid for longer, or for ever, is refused. */
  AUTH_MAX_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** Scopes of tokens that name none, separated by spaces; left out, those that only read. */
  AUTH_DEFAULT_SCOPES: z.string().optional(),
  /** `off`: nobody is asked who they are. Only for a gateway that serves another graph, `gateway --supergraph`. */
  FLEETGRAPH_AUTH: z.enum(['on', 'off']).default('on'),
  /** Names under which a gateway may be asked, separated by commas; left out, any, with FLEETGRAPH_AUTH=off none. */
  ALLOWED_HOSTS: z.string().optional(),
  /** Origins of other sites whose pages may use a gateway from a browser, separated by commas; `*` for every one. */
  CORS_ORIGINS: origins.optional(),
  /** Subgraphs that run as processes of their own: `clusters=http://10.0.0.5:4101/graphql,regions=…`. */
  SUBGRAPH_URLS: z.string().optional(),
  /**
   * NATS, to carry the news of events between machines: `nats://host:4222`, several separated by commas. Without it
   * every process holds a LISTEN connection to PostgreSQL.
   */
  NATS_URL: z.string().optional(),
  /** A `.creds` file for it. */
  NATS_CREDENTIALS: z.string().optional(),
  /** The simulated cloud, when it runs as a process of its own. */
  KUBESIM_URL: url.optional(),
  /**
   * Port of the simulated cloud; its Kubernetes API servers listen on the next one. Kubeconfigs name it, so it should
   * stay the same: by default the one after PORT in the all-in-one process, 4106 in a process of its own. 0 takes
   * free ports.
   */
  KUBESIM_PORT: port.optional(),
  /** How many times faster than real the simulated cloud runs; left out, as fast as before, at first 10. */
  SIMULATION_SPEED: z.coerce.number().min(0.1).max(10_000).optional(),
  /** How many jobs one engine process works on at once. */
  ENGINE_CONCURRENCY: z.coerce.number().int().min(1).max(200).default(10),
  /** Days for which the engine keeps completed records, see engine/jobs/retention.ts; metered use then only in sums of days. */
  RETENTION_OPERATIONS: days.default(30),
  RETENTION_DELETED_CLUSTERS: days.default(90),
  RETENTION_TICKETS: days.default(365),
  RETENTION_QUOTA_APPLICATIONS: days.default(365),
  RETENTION_METERED_USE: days.min(31).default(400),
  /** Seconds that a query or mutation may take; a subgraph process ends statements that take longer. */
  REQUEST_TIMEOUT: z.coerce.number().int().min(1).max(600).default(30),
  /** What one operation may cost, and what an account has at the most, coming back in a minute (0: as much as it likes). */
  COST_LIMIT: z.coerce.number().int().min(1).optional(),
  /** Bytes of JSON that one answer may have. */
  RESPONSE_LIMIT: z.coerce.number().int().min(10_000).max(1_000_000_000).optional(),
  RATE_POINTS: z.coerce.number().int().min(0).max(1_000_000_000).optional(),
  /** Whether clients may read the schema: all, none, or those whose token has the scope for it. */
  INTROSPECTION: z.union([z.literal('scope'), z.stringbool()]).default('scope'),
  /** A file of the only documents that the gateway executes. */
  TRUSTED_DOCUMENTS: z.string().optional(),
  /** Port of this process' Prometheus metrics; without it there are none. */
  METRICS_PORT: port.optional(),
  /** Port of this process' health probes, answered by a thread of their own; without it there is no such thread. */
  HEALTH_PORT: port.optional(),
  /** Seconds for which the main thread may stand still before /healthz of HEALTH_PORT answers 503. */
  HEALTH_STALL: z.coerce.number().int().min(1).max(3600).default(30),
  /** A collector of traces that speaks OTLP over HTTP; without it there are none. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  /** What this process is called in traces; left out, by its role. */
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

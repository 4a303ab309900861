import { join, resolve } from 'node:path';
import type { AuthOptions } from '../gateway/server.js';
import type { NatsOptions } from '../engine/events/nats-connection.js';
import type { Retention } from '../engine/jobs/retention.js';
import type { Env } from '../kernel/env.js';
import type { ControlPlaneSettings } from '../kubesim/simulation.js';

/** How clients authenticate, with tokens that name their account. */
export type CheckedAuth = Exclude<AuthOptions, { kind: 'none' }>;

/** Control planes of the simulated cloud, with their files in the state folder. */
export function controlPlaneSettings(env: Env): ControlPlaneSettings {
  return {
    kind: env.CONTROL_PLANE === 'real' ? 'REAL' : 'SIMULATED',
    programs: env.KUBEBUILDER_ASSETS,
    folder: join(resolve(env.FLEETGRAPH_HOME), 'control-planes'),
  };
}

/** Hosts at which webhooks of simulated clusters may be called by URL. */
export function webhookHosts(env: Env): string[] {
  const hosts = (env.WEBHOOK_HOSTS ?? '').split(',').map((host) => host.trim());
  return hosts.filter((host) => host !== '');
}

/** How clients' tokens are verified, from the settings; `fallbackSecret` is the one of the state folder, if any. */
export function authOptions(env: Env, fallbackSecret?: string): CheckedAuth {
  if (env.FLEETGRAPH_AUTH === 'off')
    throw new Error(
      'settings: FLEETGRAPH_AUTH=off is only for `gateway --supergraph`: here tokens identify accounts',
    );
  const claims = {
    issuer: env.AUTH_ISSUER,
    audience: env.AUTH_AUDIENCE,
    maxDays: env.AUTH_MAX_DAYS,
    groupsClaim: env.AUTH_GROUPS_CLAIM,
    defaultScopes: env.AUTH_DEFAULT_SCOPES?.split(' ').filter((scope) => scope !== ''),
  };
  if (env.AUTH_JWKS_URL) return { kind: 'jwks', url: env.AUTH_JWKS_URL, ...claims };
  const secret = env.AUTH_SECRET ?? fallbackSecret;
  if (secret) return { kind: 'secret', secret, ...claims };
  throw new Error('settings: set AUTH_SECRET or AUTH_JWKS_URL, so that the gateway can check tokens');
}

/** Retention of finished objects, from the settings RETENTION_…. */
export function retention(env: Env): Retention {
  return {
    operations: env.RETENTION_OPERATIONS,
    deletedClusters: env.RETENTION_DELETED_CLUSTERS,
    tickets: env.RETENTION_TICKETS,
    quotaApplications: env.RETENTION_QUOTA_APPLICATIONS,
    usageRecords: env.RETENTION_USAGE_RECORDS,
    auditEvents: env.RETENTION_AUDIT_EVENTS,
  };
}

/** Address and credentials of NATS, if it notifies processes of new events. */
export function natsOptions(env: Env): NatsOptions | undefined {
  return env.NATS_URL ? { url: env.NATS_URL, credentialsFile: env.NATS_CREDENTIALS } : undefined;
}

/** A setting that a role requires. Throws when it is not set. */
export function required<K extends keyof Env>(env: Env, name: K): NonNullable<Env[K]> {
  const value = env[name];
  if (value === undefined || value === null) throw new Error(`settings: this role needs ${name}`);
  return value;
}

/** `clusters=http://…,regions=http://…` as a record. Throws on another form. */
export function subgraphUrls(text: string | undefined): Record<string, string> {
  if (!text) return {};
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      const url = pair.slice(at + 1).trim();
      if (at < 1 || !URL.canParse(url)) throw new Error(`settings: SUBGRAPH_URLS: "${pair}" is not name=url`);
      return [pair.slice(0, at).trim(), url];
    }),
  );
}

import { LRUCache } from 'lru-cache';
import type { Log } from '../../kernel/log.js';
import type { Pod, TokenFile } from '../kubernetes/kinds/core.js';
import { serviceAccounts } from '../kubernetes/kinds/configuration.js';
import type { ClusterClient } from './cluster-client.js';
import { pathOf } from './object-cache.js';

/** Most tokens that are kept, and the part of their life after which they are replaced, as kubelets do. */
const MAX_TOKENS = 1_000;
const RENEWED_AFTER = 0.8;
const DEFAULT_SECONDS = 3_600;

/** Tokens that a real API server has issued for the files of pods. */
export class PodTokens {
  private readonly tokens = new LRUCache<string, string>({ max: MAX_TOKENS });
  private readonly pending = new Map<string, Promise<boolean>>();

  constructor(
    private readonly client: ClusterClient,
    private readonly log: Log,
  ) {}

  get(pod: Pod, file: TokenFile): string | undefined {
    return this.tokens.get(keyOf(pod, file));
  }

  /** Requests the tokens of a pod that are missing; resolves with whether it has all. Undefined if none is missing. */
  request(pod: Pod): Promise<boolean> | undefined {
    const { uid } = pod.metadata;
    const missing = tokenFilesOf(pod).filter((file) => !this.tokens.has(keyOf(pod, file)));
    if (missing.length === 0) return undefined;
    const issued =
      this.pending.get(uid) ??
      Promise.all(missing.map((file) => this.issue(pod, file)))
        .then((results) => results.every(Boolean))
        .finally(() => this.pending.delete(uid));
    this.pending.set(uid, issued);
    return issued;
  }

  private async issue(pod: Pod, file: TokenFile): Promise<boolean> {
    const { namespace = '', name, uid } = pod.metadata;
    const account = { namespace, name: pod.spec.serviceAccountName ?? 'default' };
    const seconds = file.expirationSeconds ?? DEFAULT_SECONDS;
    const body = {
      spec: {
        audiences: file.audience === undefined ? undefined : [file.audience],
        expirationSeconds: seconds,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
      },
    };
    try {
      const path = `${pathOf(serviceAccounts, account)}/token`;
      const response = await this.client.call<TokenResponse>({ method: 'POST', path, body });
      const { token } = response.body.status ?? {};
      if (response.status !== 201 || token === undefined) {
        this.log.warn({ status: response.status, pod: name }, 'the API server issued no token for a pod');
        return false;
      }
      this.tokens.set(keyOf(pod, file), token, { ttl: seconds * RENEWED_AFTER * 1000 });
      return true;
    } catch (err) {
      this.log.debug({ err, pod: name }, 'the API server did not answer the request of a token');
      return false;
    }
  }
}

interface TokenResponse {
  readonly status?: { readonly token?: string };
}

function tokenFilesOf({ spec }: Pod): TokenFile[] {
  return (spec.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []),
  );
}

function keyOf(pod: Pod, { audience = '', expirationSeconds = DEFAULT_SECONDS }: TokenFile): string {
  return `${pod.metadata.uid}/${expirationSeconds}/${audience}`;
}

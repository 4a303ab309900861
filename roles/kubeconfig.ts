import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

/** Milliseconds until a gateway that does not answer is given up. */
const TIMEOUT = 30_000;
/** The protocol between kubectl and programs that get credentials for it. */
const EXEC_VERSION = 'client.authentication.k8s.io/v1';

/** Where the kubeconfig of a cluster is issued, and to whom. */
export interface KubeconfigRequest {
  /** Id of the cluster. */
  readonly cluster: string;
  /** Address of the graph. */
  readonly url: string;
  /** File with the bearer token of the caller; read each time, so that it can be renewed. */
  readonly tokenFile: string;
  /** Minutes until the credentials expire: 15 to 4320. */
  readonly ttl: number;
}

const kubeconfigSchema = z.object({
  clusters: z.array(z.looseObject({})),
  users: z.tuple([z.object({ name: z.string(), user: z.object({ token: z.string() }) })]),
});
const answerSchema = z.object({
  data: z
    .object({
      cluster: z
        .object({ kubeconfig: z.object({ yaml: z.string(), expiresAt: z.string() }).nullable() })
        .nullable(),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/** `fleetgraph kubeconfig-token`: the ExecCredential by which kubectl and other clients of Kubernetes authenticate. */
export async function kubeconfigToken(request: KubeconfigRequest): Promise<string> {
  const { yaml, expiresAt } = await issueKubeconfig(request);
  const [{ user }] = kubeconfigSchema.parse(parse(yaml)).users;
  const status = { token: user.token, expirationTimestamp: expiresAt };
  return JSON.stringify({ apiVersion: EXEC_VERSION, kind: 'ExecCredential', status });
}

/**
 * `fleetgraph kubeconfig`: a kubeconfig without credentials. Clients run `program`, which is `fleetgraph kubeconfig-token`, for
 * a token whenever theirs has expired.
 */
export async function kubeconfig(request: KubeconfigRequest, program: string): Promise<string> {
  const { cluster, url, ttl } = request;
  const tokenFile = resolve(request.tokenFile);
  const config: object = parse((await issueKubeconfig(request)).yaml) as object;
  const [{ name }] = kubeconfigSchema.parse(config).users;
  const options = { cluster, url, 'token-file': tokenFile, ttl: String(ttl) };
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  const exec = { apiVersion: EXEC_VERSION, command: program, args: ['kubeconfig-token', ...args] };
  return stringify({ ...config, users: [{ name, user: { exec: { ...exec, interactiveMode: 'Never' } } }] });
}

/** Asks the graph for a kubeconfig with a token. */
async function issueKubeconfig({ cluster, url, tokenFile, ttl }: KubeconfigRequest) {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        'query ($id: ID!, $ttl: Int!) { cluster(id: $id) { kubeconfig(ttlMinutes: $ttl) { yaml expiresAt } } }',
      variables: { id: cluster, ttl },
    }),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined));
  if (!answer.success)
    throw new Error(`${url} is no Fleetgraph: it answered with status ${response.status}.`);
  const { data, errors = [] } = answer.data;
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  if (!data?.cluster) throw new Error(`There is no cluster ${cluster}.`);
  if (!data.cluster.kubeconfig) throw new Error(`The cluster ${cluster} has no Kubernetes API yet.`);
  return data.cluster.kubeconfig;
}

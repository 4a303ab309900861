import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { authoritySchema, createCertificateAuthority, issueCertificate } from '../certificates.js';

/** A certificate and its key, in PEM. */
const pairSchema = z.object({ key: z.string(), cert: z.string() });

/** Keys and certificates of one control plane, kept as long as the cluster. */
export const pkiSchema = z.object({
  /** Signs the API server's certificate and those of its components and kubelets. */
  cluster: authoritySchema,
  /** Signs the certificate with which the API server names its users to aggregated API servers; it signs nothing else. */
  frontProxy: authoritySchema,
  apiServer: pairSchema,
  /** The API server as a client of kubelets. */
  kubeletClient: pairSchema,
  controllerManager: pairSchema,
  scheduler: pairSchema,
  /** A member of `system:masters`, for the cloud itself. */
  admin: pairSchema,
  proxy: pairSchema,
  /** Private key that signs tokens of service accounts. */
  serviceAccounts: z.string(),
});
export type Pki = z.infer<typeof pkiSchema>;
type Pair = z.infer<typeof pairSchema>;

/** Common name that kubelets accept of an API server. */
export const KUBELET_CLIENT_NAME = 'kube-apiserver-kubelet-client';
/** Common name that aggregated API servers accept of the API server. */
export const PROXY_NAME = 'kubesim';

/** Creates the keys and certificates of a new cluster, whose Service `kubernetes` has the address. */
export async function createPki(kubernetesAddress: string, now: Date): Promise<Pki> {
  const [cluster, frontProxy] = await Promise.all([
    createCertificateAuthority(now, 'kubernetes'),
    createCertificateAuthority(now, 'front-proxy-ca'),
  ]);
  const client = (name: string, group?: string) =>
    issueCertificate(cluster, { subject: { name, ...(group && { group }) }, use: 'client' }, now);
  const [apiServer, kubeletClient, controllerManager, scheduler, admin, proxy] = await Promise.all([
    issueCertificate(
      cluster,
      {
        subject: { name: 'kube-apiserver' },
        use: 'server',
        hosts: [
          'localhost',
          '127.0.0.1',
          'kubernetes',
          'kubernetes.default',
          'kubernetes.default.svc',
          'kubernetes.default.svc.cluster.local',
          kubernetesAddress,
        ],
      },
      now,
    ),
    client(KUBELET_CLIENT_NAME),
    client('system:kube-controller-manager'),
    client('system:kube-scheduler'),
    client('kubesim-admin', 'system:masters'),
    issueCertificate(frontProxy, { subject: { name: PROXY_NAME }, use: 'client' }, now),
  ]);
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    // The form from which kube-apiserver also reads the public key.
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    ...{ cluster, frontProxy, apiServer, kubeletClient, controllerManager, scheduler, admin, proxy },
    serviceAccounts: privateKey,
  };
}

/** Writes the files that the programs read; only their owner may read them. Returns their paths. */
export async function writePki(folder: string, pki: Pki): Promise<PkiFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const pair = async (name: string, { key, cert }: Pair) => ({
    key: await write(`${name}.key`, key),
    cert: await write(`${name}.crt`, cert),
  });
  return {
    cluster: await pair('ca', pki.cluster),
    frontProxy: await write('front-proxy-ca.crt', pki.frontProxy.cert),
    apiServer: await pair('apiserver', pki.apiServer),
    kubeletClient: await pair('kubelet-client', pki.kubeletClient),
    proxy: await pair('front-proxy-client', pki.proxy),
    serviceAccounts: await write('sa.key', pki.serviceAccounts),
  };
}

interface PairFiles {
  readonly key: string;
  readonly cert: string;
}

/** Paths of the files of a control plane. */
export interface PkiFiles {
  readonly cluster: PairFiles;
  /** Certificate of the authority of front proxies. */
  readonly frontProxy: string;
  readonly apiServer: PairFiles;
  readonly kubeletClient: PairFiles;
  readonly proxy: PairFiles;
  readonly serviceAccounts: string;
}

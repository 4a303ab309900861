import { generate } from 'selfsigned';
import { z } from 'zod';

/** The certificate authority of the Kubernetes API servers. */
export const authoritySchema = z.object({ key: z.string(), cert: z.string() });
export type Authority = z.infer<typeof authoritySchema>;

const TEN_YEARS = 10 * 365 * 86_400_000;

/** Creates a certificate authority. */
export async function createCertificateAuthority(
  now: Date,
  name = 'fleetgraph-kubesim-ca',
): Promise<Authority> {
  const certificate = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - 3_600_000),
    notAfterDate: new Date(now.getTime() + TEN_YEARS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { key: certificate.private, cert: certificate.cert };
}

/** What a certificate is for. */
export interface CertificateRequest {
  /** Common name and organization: user and group of a client of the Kubernetes API. */
  readonly subject: { readonly name: string; readonly group?: string };
  readonly use: 'server' | 'client';
  /** Names or addresses of a server. */
  readonly hosts?: readonly string[];
}

/** Issues a certificate of the authority. */
export async function issueCertificate(
  authority: Authority,
  { subject, use, hosts = [] }: CertificateRequest,
  now: Date,
): Promise<{ key: string; cert: string }> {
  const names = [
    { name: 'commonName', value: subject.name },
    ...(subject.group === undefined ? [] : [{ name: 'organizationName', value: subject.group }]),
  ];
  const altNames = hosts.map((host) =>
    isAddress(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const),
  );
  const certificate = await generate(names, {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - 3_600_000),
    notAfterDate: new Date(now.getTime() + TEN_YEARS),
    ca: { key: authority.key, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', ...(use === 'server' ? { serverAuth: true } : { clientAuth: true }) },
      ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName' as const, altNames }]),
    ],
  });
  return { key: certificate.private, cert: certificate.cert };
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

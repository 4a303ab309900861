import { duplicate, formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import { domainPath } from './formats.js';
import type { Condition, KubeObject } from './object.js';
import { age, ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** A CertificateSigningRequest. No controller of the simulation signs it. */
export interface CertificateSigningRequest extends KubeObject {
  readonly spec: {
    /** A request of PKCS #10 in PEM, as base64. */
    readonly request?: string;
    readonly signerName?: string;
    readonly expirationSeconds?: number;
    readonly usages?: readonly string[];
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly certificate?: string };
}

export const signingRequests = defineResource<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  defaults: (request) => ({ ...request, status: request.status ?? {} }),
  validate: ({ spec }) => specCauses(spec),
  columns: [
    nameColumn<CertificateSigningRequest>(),
    ageColumn<CertificateSigningRequest>(),
    { name: 'SignerName', type: 'string', value: ({ spec }) => spec.signerName ?? '<none>' },
    { name: 'Requestor', type: 'string', value: ({ spec }) => spec.username ?? '' },
    {
      name: 'RequestedDuration',
      type: 'string',
      value: ({ spec: { expirationSeconds: seconds } }, now) =>
        seconds === undefined ? '<none>' : age(new Date(now.getTime() - seconds * 1000).toISOString(), now),
    },
    { name: 'Condition', type: 'string', value: conditionText },
  ],
});

const DECIDED = ['Approved', 'Denied', 'Failed'];

function conditionText({ status }: CertificateSigningRequest): string {
  const decided = (status?.conditions ?? []).map(({ type }) => type).filter((type) => DECIDED.includes(type));
  const text = decided.join(',') || 'Pending';
  return status?.certificate ? `${text},Issued` : text;
}

const USAGES = [
  ...['any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign'],
  ...['data encipherment', 'decipher only', 'digital signature', 'email protection', 'encipher only'],
  ...['ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc'],
  ...['netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping'],
];

const SHORTEST_SECONDS = 600;
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

function specCauses({
  request = '',
  signerName = '',
  expirationSeconds: seconds,
  usages = [],
}: CertificateSigningRequest['spec']): Cause[] {
  const isShort = seconds !== undefined && seconds < SHORTEST_SECONDS;
  const short = 'may not specify a duration less than 600 seconds (10 minutes)';
  return [
    ...(isRequest(request)
      ? []
      : [invalidValue('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST')]),
    ...(usages.length === 0 ? [required('spec.usages')] : []),
    ...usages.flatMap((usage, index) => [
      ...(USAGES.includes(usage) ? [] : [unsupported(`spec.usages[${index}]`, usage, USAGES)]),
      ...(usages.indexOf(usage) < index ? [duplicate(`spec.usages[${index}]`, usage)] : []),
    ]),
    ...signerCauses(signerName, 'spec.signerName'),
    ...(isShort ? [invalidValue('spec.expirationSeconds', seconds, short)] : []),
  ];
}

function isRequest(encoded: string): boolean {
  return Buffer.from(encoded, 'base64').toString('latin1').includes('-----BEGIN CERTIFICATE REQUEST-----');
}

function signerCauses(name: string, field: string): Cause[] {
  if (name === '') return [required(field)];
  return name === LEGACY_SIGNER
    ? [invalidValue(field, name, 'the legacy signerName is not allowed via this API version')]
    : formatCauses(field, name, domainPath);
}

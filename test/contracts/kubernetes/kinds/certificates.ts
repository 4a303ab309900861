import type { KindContract } from './kind-contract.js';

/** A request of PKCS #10 for CN=web, O=team in PEM, as base64. */
export const certificateRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ1lqQ0NBVW9DQVFBd0hURU1NQW9HQTFVRUF3d0RkMlZpTVEw' +
  'd0N3WURWUVFLREFSMFpXRnRNSUlCSWpBTgpCZ2txaGtpRzl3MEJBUUVGQUFPQ0FROEFNSUlCQ2dLQ0FRRUF4a2k4ejZEeUtqbjJH' +
  'RWN3bHkwTFdPMU1MN0tWCndjSmV6YmxqTkZXcFFvS3B2UVhPODJzZjJzTGVOMFVBR3dTN1V4SWJmbHNqbysvL1hRYVRlTG82OE1u' +
  'OVpWWWoKYitzamZGekZFOE1rYzVmUVc2YWNpQ1J5dWs0dTVvekNSSzB6TkllK2FMc01IWFY1YngzRjNVU25oYzg1WGJrdQpzSkFY' +
  'aWo4S3o4Ukd5UGJEbGgydG9nY05QRlk3Z0tDcEQwTDBOeCtYSEhTY2F6YW9jY0xOZGVTekNoTk5tVEEwCmgxS2FFcWNjUC9wNU1z' +
  'cWo2UUdzTkI2MnhOSk5WU0llbUl4QisvREJEdk1nMU1qVUllaDFETVNNN0NSbFJ1WEQKbU5ITGRYTGh4Tm82MjlkaWowWUxtbmo3' +
  'ZnIwS25jeXZ2MHhaQkJjanlodzgxME9xc2RMNG5GTE9Rd0lEQVFBQgpvQUF3RFFZSktvWklodmNOQVFFTEJRQURnZ0VCQUNWTERD' +
  'SEI1eHc1TmN0YjltOVErS3h1cEMvc2QzUllKbXZKCjhFT2h3ZjlMTnNoUGcwZGxtcVQ0Qmx4RWZDSlFGaGVkaERVSFpicG9RdG1Y' +
  'VU9PdEJjNkFmcmRUYVUrOG0rWHoKTUxIVU8waTZoaUxmNmI2TmxiT2xack9kSVdSeHJ0bWV3U3EyQlpwZEFIdXBxMDhUdlh1N2sz' +
  'VHNkRzBnQ2s5awo5Y2ZOOHdVTFM5ZEtJRVpvdnNEWWpvUmFjdjlBZHNOTjVPK09mV2dZVktIQ2ZEQ2UyajFFcldDZmdPR2lhQTIz' +
  'ClBqQ1c0U3B1cjZBdnVYTVV4THFZa0xLWjdIdWRrWjMrb2RTTU1TSEFVRlF5TE9KQkViSFdKc3hJamo3aHdyalQKWkVXRmtuN2pX' +
  'dFp3bTRib2h0bExFZjRNKzNIcDFXdHY2OFdWZDMyNGFKTXZpUFprN1pZPQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0t' +
  'LS0K';

export const certificateKinds: readonly KindContract[] = [
  {
    version: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    clusterScoped: true,
    minimal: {
      spec: { request: certificateRequest, signerName: 'example.com/signer', usages: ['client auth'] },
    },
    invalid: {
      'a request that is none': [{ spec: { request: 'aGVsbG8=' } }, 'FieldValueInvalid spec.request'],
      'no usage': [{ spec: { usages: null } }, 'FieldValueRequired spec.usages'],
      'an unknown usage': [{ spec: { usages: ['mood'] } }, 'FieldValueNotSupported spec.usages[0]'],
      'one usage twice': [
        { spec: { usages: ['client auth', 'client auth'] } },
        'FieldValueDuplicate spec.usages[1]',
      ],
      'no signer': [{ spec: { signerName: null } }, 'FieldValueRequired spec.signerName'],
      'a signer without domain': [{ spec: { signerName: 'me' } }, 'FieldValueInvalid spec.signerName'],
      'the legacy signer': [
        { spec: { signerName: 'kubernetes.io/legacy-unknown' } },
        'FieldValueInvalid spec.signerName',
      ],
      'a certificate of a minute': [
        { spec: { expirationSeconds: 60 } },
        'FieldValueInvalid spec.expirationSeconds',
      ],
    },
  },
];

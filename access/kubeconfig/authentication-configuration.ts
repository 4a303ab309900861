import { ISSUER, RESERVED } from './token-issuer.js';

/** Where an API server finds the keys of the issuer. */
export interface IssuerEndpoint {
  /** HTTPS address of the issuer's description. */
  readonly discoveryUrl: string;
  /** Certificate authority of the address, PEM. */
  readonly certificateAuthority: string;
}

/**
 * The AuthenticationConfiguration by which the API server of a cluster trusts the issuer. `v1` exists since Kubernetes 1.34. Only
 * the platform itself, whose tokens have no origin, is a member of groups that Kubernetes reserves.
 */
export function authenticationConfiguration(
  clusterId: string,
  { discoveryUrl, certificateAuthority }: IssuerEndpoint,
): object {
  const isUnreserved = (text: string) => `!${text}.startsWith('${RESERVED}')`;
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: ISSUER, discoveryURL: discoveryUrl, certificateAuthority, audiences: [clusterId] },
        claimValidationRules: [
          {
            expression: `!has(claims.origin) || (${isUnreserved('claims.sub')} && dyn(claims.groups).all(group, ${isUnreserved('group')}))`,
            message: 'the token of a client names a user or group that Kubernetes reserves',
          },
        ],
        claimMappings: {
          username: { claim: 'sub', prefix: '' },
          groups: { claim: 'groups', prefix: '' },
        },
      },
    ],
  };
}

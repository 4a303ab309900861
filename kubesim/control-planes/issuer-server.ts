import { createServer } from 'node:https';
import type { IssuerEndpoint } from '../../access/kubeconfig/authentication-configuration.js';
import type { IssuerDocuments } from '../../access/kubeconfig/token-issuer.js';
import { createCertificateAuthority, issueCertificate } from '../certificates.js';
import { sendJson } from '../http/exchange.js';
import { listen, stopListening } from '../http/listen.js';

const HOST = '127.0.0.1';
const DISCOVERY = '/.well-known/openid-configuration';
const JWKS = '/jwks.json';

/** A server of what API servers read about the issuer of kubeconfigs' tokens. */
export interface IssuerServer extends IssuerEndpoint, AsyncDisposable {}

/**
 * Serves the documents of the issuer on loopback, where the API servers of this machine run. They accept HTTPS only; the certificate
 * authority is new with each start, as their configuration is.
 */
export async function serveIssuer({ discovery, jwks }: IssuerDocuments, now: Date): Promise<IssuerServer> {
  const authority = await createCertificateAuthority(now, 'fleetgraph-issuer');
  const request = { subject: { name: 'issuer' }, use: 'server', hosts: [HOST] } as const;
  let url = '';
  const server = createServer(await issueCertificate(authority, request, now), ({ url: path }, response) => {
    if (path === DISCOVERY) sendJson(response, 200, discovery(`${url}${JWKS}`));
    else if (path === JWKS) sendJson(response, 200, jwks);
    else sendJson(response, 404, {});
  });
  url = `https://${HOST}:${await listen(server, HOST, 0)}`;
  return {
    discoveryUrl: `${url}${DISCOVERY}`,
    certificateAuthority: authority.cert,
    [Symbol.asyncDispose]: () => stopListening(server),
  };
}

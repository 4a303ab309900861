import { formatCauses, invalidValue, required } from '../schema/causes.js';
import { dnsSubdomain, portNumber } from './formats.js';
import type { Cause } from './resource.js';

/** A Service that is called over HTTPS. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly path?: string;
  /** Default 443. */
  readonly port?: number;
}

/** Where a webhook is called: at a URL or at a Service. */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: ServiceReference;
  /** Certificates in PEM, as base64, that authenticate the server. */
  readonly caBundle?: string;
}

/** Validates where a webhook is called. */
export function clientConfigCauses(field: string, config: WebhookClientConfig | undefined): Cause[] {
  const { url, service } = config ?? {};
  if ((url === undefined) === (service === undefined))
    return [required(field, 'exactly one of url or service is required')];
  return service ? serviceCauses(`${field}.service`, service) : urlCauses(`${field}.url`, url ?? '');
}

const FORM = '; desired format: https://host[/path]';

/** The parts of a URL by appendix B of RFC 3986. */
const URL_PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?(?:\/[^?#]*)?(?:\?([^#]*))?(?:#(.*))?$/s;

function urlCauses(field: string, url: string): Cause[] {
  const [, scheme = '', authority = '', query = '', fragment = ''] = URL_PARTS.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const problems: [boolean, value: string, why: string][] = [
    [scheme !== 'https', scheme, `'https' is the only allowed URL scheme${FORM}`],
    [host === '', host, `host must be specified${FORM}`],
    [at >= 0, authority.slice(0, Math.max(at, 0)), 'user information is not permitted in the URL'],
    [fragment !== '', fragment, 'fragments are not permitted in the URL'],
    [query !== '', query, 'query parameters are not permitted in the URL'],
  ];
  return problems.filter(([is]) => is).map(([, value, why]) => invalidValue(field, value, why));
}

function serviceCauses(field: string, { namespace, name, path, port = 443 }: ServiceReference): Cause[] {
  return [
    // API servers take one for the other.
    ...(namespace ? [] : [required(`${field}.name`)]),
    ...(name ? [] : [required(`${field}.namespace`)]),
    ...portNumber(port).map((problem) =>
      invalidValue(`${field}.port`, port, `port is not valid: ${problem}`),
    ),
    ...pathCauses(`${field}.path`, path),
  ];
}

function pathCauses(field: string, path = ''): Cause[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidValue(field, path, 'segment[0] may not be empty')];
  const steps = path.slice(1, path.length > 1 && path.endsWith('/') ? -1 : undefined).split('/');
  return [
    ...(path.startsWith('/') ? [] : [invalidValue(field, path, "must start with a '/'")]),
    ...steps.flatMap((step, index) =>
      (step
        ? dnsSubdomain(step).map((problem) => `segment[${index}]: ${problem}`)
        : [`segment[${index}] may not be empty`]
      ).map((problem) => invalidValue(field, path, problem)),
    ),
  ];
}

/** Validates the name of a webhook: a domain of at least three labels. */
export function webhookNameCauses(field: string, name: string | undefined): Cause[] {
  if (!name) return [required(field)];
  const causes = formatCauses(field, name, dnsSubdomain);
  if (causes.length > 0 || name.split('.').length >= 3) return causes;
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')];
}

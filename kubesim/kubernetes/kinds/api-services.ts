import { formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import { dnsSubdomain, portNumber } from './formats.js';
import type { Condition, KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** The server of a group and version: a Service, or the API server itself. */
export interface ApiService extends KubeObject {
  readonly spec: {
    readonly group?: string;
    readonly version?: string;
    readonly groupPriorityMinimum: number;
    readonly versionPriority: number;
    /** Absent for what the API server itself serves. */
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
    /** Certificates in PEM, as base64, that authenticate the server. */
    readonly caBundle?: string;
    readonly insecureSkipTLSVerify?: boolean;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const LOCAL: Condition = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

function withDefaults(apiService: ApiService): ApiService {
  const { spec, status, metadata } = apiService;
  if (spec.service) return { ...apiService, spec: { ...spec, service: { port: 443, ...spec.service } } };
  if (status?.conditions) return apiService;
  const lastTransitionTime = metadata.creationTimestamp;
  return { ...apiService, status: { conditions: [{ ...LOCAL, lastTransitionTime }] } };
}

/** A version is a DNS label that does not begin with a digit (RFC 1035). */
const VERSION = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const VERSION_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function apiServiceCauses({ metadata, spec, status }: ApiService): Cause[] {
  const { group = '', version = '' } = spec;
  const name = `${version}.${group}`;
  const rule = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`;
  return [
    ...(metadata.name === name ? [] : [invalidValue('metadata.name', metadata.name, rule)]),
    ...(group === '' && version !== 'v1'
      ? [required('spec.group', 'only v1 may have an empty group and it better be legacy kube')]
      : []),
    ...(group === '' ? [] : formatCauses('spec.group', group, dnsSubdomain)),
    ...(VERSION.test(version) ? [] : [invalidValue('spec.version', version, VERSION_RULE)]),
    ...priorityCauses('spec.groupPriorityMinimum', spec.groupPriorityMinimum, 20_000),
    ...priorityCauses('spec.versionPriority', spec.versionPriority, 1000),
    ...(spec.service ? serviceCauses(spec, spec.service) : localCauses(spec)),
    ...conditionCauses(status?.conditions),
  ];
}

function priorityCauses(field: string, value: number, most: number): Cause[] {
  if (value > 0 && value <= most) return [];
  return [invalidValue(field, value, `must be positive and less than ${most}`)];
}

function localCauses({ caBundle, insecureSkipTLSVerify }: ApiService['spec']): Cause[] {
  const bytes = Buffer.from(caBundle ?? '', 'base64').length;
  const field = 'spec.insecureSkipTLSVerify';
  return [
    ...(bytes > 0
      ? [invalidValue('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle')]
      : []),
    ...(insecureSkipTLSVerify
      ? [invalidValue(field, true, 'local APIServices may not have insecureSkipTLSVerify')]
      : []),
  ];
}

function serviceCauses(
  { caBundle, insecureSkipTLSVerify }: ApiService['spec'],
  { namespace, name, port = 443 }: NonNullable<ApiService['spec']['service']>,
): Cause[] {
  const field = 'spec.insecureSkipTLSVerify';
  return [
    ...(namespace ? [] : [required('spec.service.namespace')]),
    ...(name ? [] : [required('spec.service.name')]),
    ...portNumber(port).map((problem) =>
      invalidValue('spec.service.port', port, `port is not valid: ${problem}`),
    ),
    ...(insecureSkipTLSVerify && caBundle
      ? [invalidValue(field, true, 'may not be true if caBundle is present')]
      : []),
  ];
}

const STATES = ['True', 'False', 'Unknown'];

function conditionCauses(conditions: readonly Condition[] = []): Cause[] {
  return conditions.flatMap(({ status }, index) =>
    STATES.includes(status) ? [] : [unsupported(`status.conditions[${index}].status`, status, STATES)],
  );
}

/** Whether the API server serves the group and version, and why not. */
function availability({ status }: ApiService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  const { status: state, reason } = condition;
  return state !== 'True' && reason ? `${state} (${reason})` : state;
}

export const apiServices = defineResource<ApiService>({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  defaults: withDefaults,
  validate: apiServiceCauses,
  columns: [
    nameColumn<ApiService>(),
    {
      name: 'Service',
      type: 'string',
      description: 'The reference to the service that hosts this API endpoint.',
      value: ({ spec: { service } }) =>
        service ? `${service.namespace ?? ''}/${service.name ?? ''}` : 'Local',
    },
    {
      name: 'Available',
      type: 'string',
      description: 'Whether this service is available.',
      value: availability,
    },
    ageColumn<ApiService>(),
  ],
});

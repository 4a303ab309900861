import { type ContainerRequest, type ContainerResponse, jsonResponse, textResponse } from './http-server.js';

/** An object of an AdmissionReview, as far as the webhooks read it. */
interface ReviewedObject {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Partial<Record<'containers' | 'initContainers', readonly NamedContainer[]>>>;
  readonly stdin?: boolean;
  readonly container?: string;
}

interface NamedContainer {
  readonly name?: string;
}

interface AdmissionRequest {
  readonly uid: string;
  readonly name?: string;
  readonly operation: string;
  readonly object?: ReviewedObject | null;
  readonly oldObject?: ReviewedObject | null;
}

interface AdmissionReview {
  readonly apiVersion: string;
  readonly request: AdmissionRequest;
}

interface Decision {
  readonly allowed: boolean;
  readonly status?: { readonly message?: string; readonly reason?: string };
  readonly patch?: readonly object[];
  readonly delaySeconds?: number;
}

/** Decides on a request; undefined if the server never answers. */
type Webhook = (request: AdmissionRequest) => Decision | undefined;

const ALLOWED: Decision = { allowed: true };
const DELAY_SECONDS = 5;

/** The webhooks of `agnhost webhook`, by their paths. */
const WEBHOOKS: Readonly<Record<string, Webhook | undefined>> = {
  '/always-allow-delay-5s': () => ({
    allowed: true,
    status: { message: 'this webhook allows all requests' },
    delaySeconds: DELAY_SECONDS,
  }),
  '/always-deny': () => denied({ message: 'this webhook denies all requests' }),
  '/add-label': addLabel,
  '/pods': admitPod,
  '/pods/attach': admitAttachment,
  '/mutating-pods': addInitContainer,
  '/mutating-pods-sidecar': () => denied({ message: 'No image specified by the sidecar-image parameter' }),
  '/configmaps': (request) =>
    admitData(request, 'the configmap contains unwanted key and value', 'configmap'),
  '/mutating-configmaps': mutateData,
  '/custom-resource': (request) =>
    admitData(request, 'the custom resource contains unwanted data', 'custom resource'),
  '/mutating-custom-resource': mutateData,
  '/crd': ({ object }) =>
    object?.metadata?.labels?.[TEST_KEY] === 'webhook-disallow'
      ? denied({ message: 'the crd contains unwanted label' })
      : ALLOWED,
};

/** Label, or key of the data, by which the objects of a test are rejected. */
const TEST_KEY = 'webhook-e2e-test';

/** What `agnhost webhook` answers. */
export function admissionWebhook({ path, headers, body }: ContainerRequest): ContainerResponse | undefined {
  if (path.startsWith('/readyz')) return textResponse('ok');
  const webhook = WEBHOOKS[path.split('?')[0] ?? ''];
  if (!webhook) return textResponse('404 page not found\n', 404);
  if (headers['content-type'] !== 'application/json') return textResponse('');
  const { apiVersion, request } = JSON.parse(body) as AdmissionReview;
  const decision = webhook(request);
  if (!decision) return undefined;
  const { delaySeconds, patch, ...rest } = decision;
  const patched = patch && {
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
  const response = { uid: request.uid, ...rest, ...patched };
  return {
    ...jsonResponse({ kind: 'AdmissionReview', apiVersion, response }),
    ...(delaySeconds && { delaySeconds }),
  };
}

function denied(status: Decision['status']): Decision {
  return { allowed: false, ...(status && { status }) };
}

function addLabel({ object }: AdmissionRequest): Decision {
  const labels = object?.metadata?.labels ?? {};
  if (labels['added-label'] === 'yes') return ALLOWED;
  const patch =
    Object.keys(labels).length === 0
      ? { op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }
      : { op: 'add', path: '/metadata/labels/added-label', value: 'yes' };
  return { allowed: true, patch: [patch] };
}

function admitPod({ object }: AdmissionRequest): Decision | undefined {
  const label = object?.metadata?.labels?.[TEST_KEY];
  if (label === 'wait-forever') return undefined;
  const containers = object?.spec?.containers ?? [];
  const messages = [
    ...(label === 'webhook-disallow' ? ['the pod contains unwanted label;'] : []),
    ...containers
      .filter(({ name = '' }) => name.includes('webhook-disallow'))
      .map(() => 'the pod contains unwanted container name;'),
  ];
  return messages.length > 0 ? denied({ message: messages.join(' ') }) : ALLOWED;
}

function admitAttachment({ name, object }: AdmissionRequest): Decision {
  const rejected =
    name === 'to-be-attached-pod' && object?.stdin === true && object.container === 'container1';
  return rejected ? denied({ message: "attaching to pod 'to-be-attached-pod' is not allowed" }) : ALLOWED;
}

function addInitContainer({ object }: AdmissionRequest): Decision {
  const name = 'webhook-added-init-container';
  const added = object?.spec?.initContainers?.some((container) => container.name === name);
  if (object?.metadata?.name !== 'webhook-to-be-mutated' || added) return ALLOWED;
  const value = [{ image: 'webhook-added-image', name, resources: {} }];
  return { allowed: true, patch: [{ op: 'add', path: '/spec/initContainers', value }] };
}

function admitData(
  { operation, object, oldObject }: AdmissionRequest,
  unwanted: string,
  kind: string,
): Decision {
  const value = (operation === 'DELETE' ? oldObject : object)?.data?.[TEST_KEY];
  if (value === 'webhook-disallow' && (operation === 'CREATE' || operation === 'UPDATE'))
    return denied({ reason: unwanted });
  if (value === 'webhook-nondeletable' && operation === 'DELETE')
    return denied({ reason: `the ${kind} cannot be deleted because it contains unwanted key and value` });
  return ALLOWED;
}

function mutateData({ object }: AdmissionRequest): Decision {
  const { 'mutation-start': started, 'mutation-stage-1': first } = object?.data ?? {};
  const stage = first === 'yes' ? 2 : started === 'yes' ? 1 : undefined;
  if (stage === undefined) return ALLOWED;
  return { allowed: true, patch: [{ op: 'add', path: `/data/mutation-stage-${stage}`, value: 'yes' }] };
}

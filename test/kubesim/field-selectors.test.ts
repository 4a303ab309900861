import { expect, test } from 'vitest';
import { selection } from '../../kubesim/kubernetes/api/selection.js';
import type { KubeObject } from '../../kubesim/kubernetes/kinds/object.js';
import { servedAt } from '../../kubesim/kubernetes/kinds/registry.js';

/** Whether the field selector selects an object of the kind at the path. */
function selects(path: string, fieldSelector: string, object: object): boolean {
  const served = servedAt(path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1));
  if (!served) throw new Error(`no kind is served at ${path}`);
  const target = { served, namespace: undefined, name: undefined, subresource: undefined };
  const metadata = { name: 'x', namespace: 'ns' };
  return selection(target, new URLSearchParams({ fieldSelector }))({ metadata, ...object } as KubeObject);
}

const reference = { kind: 'Pod', namespace: 'ns', name: 'x', uid: 'u', apiVersion: 'v1' };

test.each([
  ['v1/nodes', 'spec.unschedulable=false', { spec: {} }],
  ['v1/nodes', 'spec.unschedulable=true', { spec: { unschedulable: true } }],
  ['v1/pods', 'spec.nodeName=', { spec: {} }],
  ['v1/pods', 'spec.host=n1', { spec: { nodeName: 'n1' } }],
  ['v1/pods', 'spec.nodeName!=n2,spec.restartPolicy=Always', { spec: { restartPolicy: 'Always' } }],
  ['v1/pods', 'spec.schedulerName=s,spec.serviceAccountName=a', spec('s', 'a')],
  ['v1/pods', 'spec.hostNetwork=false', { spec: {} }],
  ['v1/pods', 'spec.hostNetwork=true', { spec: { hostNetwork: true } }],
  [
    'v1/pods',
    'status.phase=Running,status.podIP=10.0.0.1',
    { status: { phase: 'Running', podIP: '10.0.0.1' } },
  ],
  ['v1/pods', 'status.nominatedNodeName=', { status: {} }],
  ['v1/pods', 'metadata.name=x,metadata.namespace=ns', {}],
  ['v1/configmaps', 'metadata.name==x', {}],
  ['v1/namespaces', 'status.phase=Active', { status: { phase: 'Active' } }],
  ['v1/secrets', 'type!=Opaque', { type: 'kubernetes.io/tls' }],
  ['v1/services', 'spec.type=NodePort', { spec: { type: 'NodePort' } }],
  ['batch/v1/jobs', 'status.successful=0', { status: {} }],
  ['batch/v1/jobs', 'status.successful=2', { status: { succeeded: 2 } }],
  ['v1/events', 'involvedObject.kind=Pod,involvedObject.uid=u', { involvedObject: reference }],
  ['v1/events', 'source=kubelet,type=Normal', { source: { component: 'kubelet' }, type: 'Normal' }],
  ['v1/events', 'source=scheduler', { source: {}, reportingComponent: 'scheduler' }],
  [
    'events.k8s.io/v1/events',
    'regarding.name=x,reason=Killing',
    { involvedObject: reference, reason: 'Killing' },
  ],
])('selects an object of %s by %s', (path, selector, object) => {
  expect(selects(path, selector, object)).toBe(true);
});

function spec(schedulerName: string, serviceAccountName: string): object {
  return { spec: { schedulerName, serviceAccountName } };
}

test.each([
  ['v1/pods', 'spec.hostname=x', 'field label not supported: spec.hostname'],
  ['v1/nodes', 'metadata.namespace=x', 'field label not supported: metadata.namespace'],
  ['batch/v1/jobs', 'status.active=1', 'field label "status.active" not supported for Job'],
  ['events.k8s.io/v1/events', 'involvedObject.name=x', 'field label not supported: involvedObject.name'],
  [
    'v1/configmaps',
    'data.a=b',
    '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  ['v1/pods', 'metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
])('rejects the field selector of %s: %s', (path, selector, message) => {
  expect(() => selects(path, selector, {})).toThrow(expect.objectContaining({ code: 400, message }));
});

test.each(['constructor=x', '__proto__=x'])('rejects the field selector "%s"', (fieldSelector) => {
  expect(() => selects('v1/pods', fieldSelector, {})).toThrow('field label not supported');
});

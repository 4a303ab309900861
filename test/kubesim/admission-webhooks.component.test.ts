import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificateAuthority, issueCertificate } from '../../kubesim/certificates.js';
import { eventually } from '../kit/eventually.js';
import { type Cluster, type Simulator, startSimulator } from './simulator.js';

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const NAMESPACE = '/api/v1/namespaces/default';

let simulator: Simulator;
let cluster: Cluster;

beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('webhooks', 1);
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** Registers a webhook for the ConfigMaps with a label, and returns what the creation of one is answered. */
async function created(name: string, clientConfig: object) {
  const webhook = {
    name: `${name}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig,
    objectSelector: { matchLabels: { reviewed: name } },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
  };
  const registered = await cluster.api('POST', WEBHOOKS, { metadata: { name }, webhooks: [webhook] });
  expect(registered.status).toBe(201);
  const metadata = { name, labels: { reviewed: name } };
  return cluster.api('POST', `${NAMESPACE}/configmaps`, { metadata });
}

test('does not connect to a URL whose host the operator has not listed', async () => {
  let connections = 0;
  const server = createServer(() => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, body } = await created('url', { url: `https://127.0.0.1:${port}/` });
  await new Promise((resolve) => server.close(resolve));
  expect(status).toBe(500);
  expect(body.message).toContain(`the simulation does not connect to 127.0.0.1:${port}`);
  expect(connections).toBe(0);
});

test('does not call an address that a user writes into Endpoints', async () => {
  const metadata = { name: 'outside' };
  await cluster.api('POST', `${NAMESPACE}/services`, { metadata, spec: { ports: [{ port: 443 }] } });
  const subset = { addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 443 }] };
  await cluster.api('POST', `${NAMESPACE}/endpoints`, { metadata, subsets: [subset] });
  const { status, body } = await created('endpoints', { service: { namespace: 'default', name: 'outside' } });
  expect(status).toBe(500);
  expect(body.message).toContain('no endpoints available for service "outside"');
});

test('calls a webhook in a pod of its Service, whose certificate it verifies', async () => {
  const now = new Date();
  const authority = await createCertificateAuthority(now, 'authority of the webhook');
  const hosts = ['hook.default.svc'];
  const { key, cert } = await issueCertificate(
    authority,
    { subject: { name: 'hook' }, use: 'server', hosts },
    now,
  );
  await cluster.api('POST', `${NAMESPACE}/secrets`, {
    metadata: { name: 'hook' },
    stringData: { 'tls.crt': cert, 'tls.key': key },
  });
  const args = [
    'webhook',
    '--tls-cert-file=/certs/tls.crt',
    '--tls-private-key-file=/certs/tls.key',
    '--port=8444',
  ];
  const container = {
    name: 'hook',
    image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
    args,
    volumeMounts: [{ name: 'certs', mountPath: '/certs' }],
  };
  const spec = { containers: [container], volumes: [{ name: 'certs', secret: { secretName: 'hook' } }] };
  await cluster.api('POST', `${NAMESPACE}/pods`, {
    metadata: { name: 'hook', labels: { app: 'hook' } },
    spec,
  });
  await cluster.api('POST', `${NAMESPACE}/services`, {
    metadata: { name: 'hook' },
    spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8444 }] },
  });
  await eventually(async () => {
    const { body } = await cluster.api('GET', `${NAMESPACE}/endpoints/hook`);
    return JSON.stringify(body).includes('"addresses"');
  });
  const service = { namespace: 'default', name: 'hook', path: '/always-deny' };
  const caBundle = Buffer.from(authority.cert).toString('base64');
  const denied = await created('service', { service, caBundle });
  expect(denied.body.message).toBe(
    'admission webhook "service.example.com" denied the request: this webhook denies all requests',
  );
  const unverified = await created('unverified', { service });
  expect(unverified.body.message).toContain('x509: certificate signed by unknown authority');
});

test('rejects more webhooks than a cluster may have', async () => {
  const webhook = (index: number) => ({
    name: `w${index}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { service: { namespace: 'default', name: 'absent' } },
    rules: [],
  });
  const webhooks = Array.from({ length: 100 }, (_, index) => webhook(index));
  const answers = [];
  for (let count = 0; count < 6; count += 1)
    answers.push(
      (await cluster.api('POST', WEBHOOKS, { metadata: { name: `many-${count}` }, webhooks })).status,
    );
  expect(answers).toContain(403);
});

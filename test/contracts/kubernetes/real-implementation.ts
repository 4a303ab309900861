import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { createLog } from '../../../kernel/log.js';
import { issueCertificate } from '../../../kubesim/certificates.js';
import { ControlPlane } from '../../../kubesim/control-planes/control-plane.js';
import { startEtcd } from '../../../kubesim/control-planes/etcd.js';
import { createPki } from '../../../kubesim/control-planes/pki.js';
import { findPrograms } from '../../../kubesim/control-planes/programs.js';
import { eventually } from '../../kit/eventually.js';
import { ApiClient } from './api-client.js';
import type { Implementation } from './implementation.js';

/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler of the folder. */
export async function openReal(assets: string): Promise<Implementation> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fleetgraph-control-plane-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const log = createLog('silent');
  const [programs] = await findPrograms(assets);
  const etcd = started.use(await startEtcd(programs, { folder: join(folder, 'etcd'), durable: false }, log));
  const pki = await createPki('10.96.0.1', new Date());
  const options = { id: 'contract', folder: join(folder, 'cluster'), pki, serviceCidr: '10.96.0.0/16' };
  const plane = started.use(await ControlPlane.start(programs, etcd, options, log));
  const clients = started.use(new AsyncDisposableStack());
  const client = (identity: { readonly key?: string; readonly cert?: string }) => {
    // API servers end an HTTP/2 connection, with the other requests on it, when a request has no valid credential.
    const allowH2 = identity.cert !== undefined;
    const dispatcher = new Agent({ allowH2, connect: { ca: pki.cluster.cert, ...identity } });
    clients.defer(() => dispatcher.destroy());
    return new ApiClient(plane.server, dispatcher);
  };
  const admin = client(pki.admin);
  await eventually(async () => {
    const account = await admin.get('/api/v1/namespaces/default/serviceaccounts/default');
    return account.status === 200;
  });
  const anonymous = client({});
  const running = started.move();
  return {
    admin,
    anonymous,
    async user(name, group) {
      const request = { subject: { name, group }, use: 'client' } as const;
      return client(await issueCertificate(pki.cluster, request, new Date()));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

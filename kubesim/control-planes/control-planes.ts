import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { IssuerDocuments } from '../../access/kubeconfig/token-issuer.js';
import type { Log } from '../../kernel/log.js';
import { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
import { type Etcd, startEtcd } from './etcd.js';
import { type IssuerServer, serveIssuer } from './issuer-server.js';
import { type ControlPlanePrograms, findPrograms, programsOf } from './programs.js';
import { endLeftovers } from './supervised-process.js';

export interface ControlPlanesOptions {
  /** Folders of the programs, as `npm run control-plane` prints them. */
  readonly programs: string | undefined;
  /** Folder of the files and data. */
  readonly folder: string;
  /** The issuer of kubeconfigs' tokens. */
  readonly issuer: IssuerDocuments;
  readonly log: Log;
}

/** A cluster and the version of its control plane. */
interface VersionedOptions extends Omit<ControlPlaneOptions, 'folder' | 'issuer'> {
  readonly version: string;
}

/** Milliseconds before work that etcd did not do is tried again. */
const RETRY_MS = 5_000;

/** The real control planes of a simulation. Their etcd, and the server of the issuer, start with the first of them. */
export class ControlPlanes implements AsyncDisposable {
  private etcd: Promise<Etcd> | undefined;
  private issuer: Promise<IssuerServer> | undefined;
  private readonly closing = new AbortController();
  private readonly unfinished = new Set<Promise<void>>();

  constructor(private readonly options: ControlPlanesOptions) {}

  /** Starts the control plane of a cluster on the data that it has. */
  async start({ version, ...options }: VersionedOptions): Promise<ControlPlane> {
    const { id } = options;
    if (!/^[A-Za-z0-9][\w-]*$/.test(id)) throw new Error(`${id} cannot be the name of a folder`);
    const programs = await this.programs(version);
    const folder = join(this.clusters, id);
    const etcd = await this.open();
    const issuer = await (this.issuer ??= serveIssuer(this.options.issuer, new Date()));
    return ControlPlane.start(programs, etcd, { ...options, folder, issuer }, this.options.log);
  }

  /** The programs of a version. Rejects if they are not built. */
  async programs(version: string): Promise<ControlPlanePrograms> {
    const programs = programsOf(await findPrograms(this.options.programs), version);
    if (!programs) throw new Error(`the control plane of Kubernetes ${version} is not built`);
    return programs;
  }

  /**
   * Ends the processes that a killed kubesim left running, and deletes what belongs to none of the clusters: it was killed before
   * a deletion was complete.
   */
  async clean(clusterIds: ReadonlySet<string>): Promise<void> {
    await endLeftovers(this.etcdFolder);
    const folders = await readdir(this.clusters).catch(() => []);
    for (const id of folders) await endLeftovers(join(this.clusters, id));
    if (clusterIds.size === 0) return rm(this.options.folder, { recursive: true, force: true });
    const foreign = folders.filter((id) => !clusterIds.has(id));
    for (const id of foreign) await rm(join(this.clusters, id), { recursive: true, force: true });
    this.finish(this.eraseForeignKeys(clusterIds));
  }

  /** Deletes the objects and files of a control plane that has ended. */
  async erase(id: string): Promise<void> {
    const etcd = await this.open();
    await etcd.erase(id);
    await rm(join(this.clusters, id), { recursive: true, force: true });
  }

  /** Runs work that must end before etcd does. */
  finish(work: Promise<void>): void {
    const finished = work
      .catch((err: unknown) => this.options.log.error({ err }, 'work on a real control plane failed'))
      .finally(() => this.unfinished.delete(finished));
    this.unfinished.add(finished);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    await Promise.all(this.unfinished);
    const etcd = await this.etcd?.catch(() => undefined);
    await etcd?.[Symbol.asyncDispose]();
    await (await this.issuer)?.[Symbol.asyncDispose]();
  }

  private get clusters(): string {
    return join(resolve(this.options.folder), 'clusters');
  }

  private get etcdFolder(): string {
    return join(resolve(this.options.folder), 'etcd');
  }

  /** The etcd; a start that fails is tried again by the next caller. */
  private open(): Promise<Etcd> {
    this.etcd ??= this.startEtcd().catch((error: unknown) => {
      this.etcd = undefined;
      throw error;
    });
    return this.etcd;
  }

  /** The etcd of the newest version: that of an older one may not read its data. */
  private async startEtcd(): Promise<Etcd> {
    const [newest] = await findPrograms(this.options.programs);
    return startEtcd(newest, { folder: this.etcdFolder }, this.options.log);
  }

  /** Repeated until it succeeds: etcd may be down. */
  private async eraseForeignKeys(clusterIds: ReadonlySet<string>): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const etcd = await this.open();
        const foreign = (await etcd.clusters()).filter((id) => !clusterIds.has(id));
        for (const id of foreign) await etcd.erase(id);
        return;
      } catch (err) {
        if (failures === 0)
          this.options.log.warn({ err }, 'the keys of deleted clusters are erased when etcd is available');
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

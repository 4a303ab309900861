import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Log } from '../../kernel/log.js';
import { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
import { type Etcd, startEtcd } from './etcd.js';
import { findPrograms, type ControlPlanePrograms } from './programs.js';
import { endLeftovers } from './supervised-process.js';

export interface ControlPlanesOptions {
  /** Folder of the programs, as `npm run control-plane` prints it. */
  readonly programs: string | undefined;
  /** Folder of the files and data. */
  readonly folder: string;
  readonly log: Log;
}

interface Running {
  readonly etcd: Etcd;
  readonly programs: ControlPlanePrograms;
}

/** The real control planes of a simulation. Their etcd starts with the first of them. */
export class ControlPlanes implements AsyncDisposable {
  private running: Promise<Running> | undefined;
  private readonly unfinished = new Set<Promise<void>>();

  constructor(private readonly options: ControlPlanesOptions) {}

  /** Starts the control plane of a cluster on the data that it has. */
  async start(options: Omit<ControlPlaneOptions, 'folder'>): Promise<ControlPlane> {
    const { id } = options;
    if (!/^[A-Za-z0-9][\w-]*$/.test(id)) throw new Error(`${id} cannot be the name of a folder`);
    const { etcd, programs } = await this.open();
    return ControlPlane.start(
      programs,
      etcd,
      { ...options, folder: join(this.clusters, id) },
      this.options.log,
    );
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
    const { etcd } = await this.open();
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
    await Promise.all(this.unfinished);
    const running = await this.running?.catch(() => undefined);
    await running?.etcd[Symbol.asyncDispose]();
  }

  private get clusters(): string {
    return join(resolve(this.options.folder), 'clusters');
  }

  private get etcdFolder(): string {
    return join(resolve(this.options.folder), 'etcd');
  }

  /** The etcd; a start that fails is tried again by the next caller. */
  private open(): Promise<Running> {
    this.running ??= this.startEtcd().catch((error: unknown) => {
      this.running = undefined;
      throw error;
    });
    return this.running;
  }

  private async startEtcd(): Promise<Running> {
    const programs = await findPrograms(this.options.programs);
    return { programs, etcd: await startEtcd(programs, { folder: this.etcdFolder }, this.options.log) };
  }

  private async eraseForeignKeys(clusterIds: ReadonlySet<string>): Promise<void> {
    const { etcd } = await this.open();
    for (const id of await etcd.clusters()) if (!clusterIds.has(id)) await etcd.erase(id);
  }
}

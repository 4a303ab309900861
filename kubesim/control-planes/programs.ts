import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const REMEDY =
  'Build the control plane with `npm run control-plane` and set KUBEBUILDER_ASSETS to the folder that it prints.';

/** Paths of the programs of a Kubernetes control plane. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/**
 * The programs in a folder such as that of KUBEBUILDER_ASSETS, as `npm run control-plane` builds them. Throws if one is
 * missing or not executable.
 */
export async function findPrograms(folder: string | undefined): Promise<ControlPlanePrograms> {
  if (folder === undefined) throw new Error(`KUBEBUILDER_ASSETS is not set. ${REMEDY}`);
  const programs = {
    etcd: join(resolve(folder), 'etcd'),
    apiServer: join(resolve(folder), 'kube-apiserver'),
    controllerManager: join(resolve(folder), 'kube-controller-manager'),
    scheduler: join(resolve(folder), 'kube-scheduler'),
  };
  for (const program of Object.values(programs))
    await access(program, constants.X_OK).catch((cause: unknown) => {
      throw new Error(`${program} is missing or cannot be executed. ${REMEDY}`, { cause });
    });
  return programs;
}

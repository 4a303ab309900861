import { FieldResolver, Resolver, Root } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { releaseNotesUrl, removedBetween, supportOf, upgradeHint } from '../../model/release.rules.js';
import { RemovedApi, SupportStatus } from './release.type.js';
import type { VersionStatus } from '../../model/version.rules.js';
import { KubernetesVersion } from '../entities/version.type.js';

/** Release notes and support dates of Kubernetes versions. */
@Resolver(() => KubernetesVersion)
export class ReleaseResolver {
  constructor(private readonly catalog: ClusterCatalogStore) {}

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Time of the release. Null for a version that is no longer in the catalog.',
  })
  async releasedAt(@Root() { id }: VersionStatus) {
    return (await this.catalog.read()).versions.releasedAt(id);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time of the expiry, caused by the next patch or by the third newer minor version. Null if the version has not expired.',
  })
  async expiryDate(@Root() { id }: VersionStatus) {
    return (await this.catalog.read()).versions.expiredAt(id);
  }

  @FieldResolver(() => SupportStatus, { description: 'Support status of the version.' })
  supportStatus(@Root() version: VersionStatus): SupportStatus {
    return supportOf(version);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Version that clusters of this version should be upgraded to. Null while it is supported and has no newer patch.',
  })
  async upgradeHint(@Root() { id }: VersionStatus) {
    return upgradeHint((await this.catalog.read()).versions, id);
  }

  @FieldResolver(() => String, { description: 'URL of the release notes of the Kubernetes project.' })
  releaseNotes(@Root() { id, minor }: VersionStatus) {
    return releaseNotesUrl(id, minor);
  }

  @FieldResolver(() => [String], {
    description: 'Changes since the previous minor version in the catalog, a sentence each.',
  })
  async changes(@Root() { id }: VersionStatus) {
    return (await this.catalog.read()).notes.changesOf(id);
  }

  @FieldResolver(() => [RemovedApi], {
    description:
      'APIs that the previous minor version in the catalog serves and this one does not. For the oldest version: all removed APIs.',
  })
  async removedApis(@Root() { minor }: VersionStatus) {
    const { versions, notes } = await this.catalog.read();
    return removedBetween(notes.removedApis, versions.minorBefore(minor), minor);
  }
}

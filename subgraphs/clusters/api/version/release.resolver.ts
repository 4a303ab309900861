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
    description: 'When it was released; null for a version that the catalog does not have any more.',
  })
  async releasedAt(@Root() { id }: VersionStatus) {
    return (await this.catalog.read()).versions.releasedAt(id);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it expired: with the next patch, or with the third newer minor version. Null while it has not.',
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
      'What clusters of it should be upgraded to; null while it is supported and has no newer patch.',
  })
  async upgradeHint(@Root() { id }: VersionStatus) {
    return upgradeHint((await this.catalog.read()).versions, id);
  }

  @FieldResolver(() => String, { description: 'Address of the release notes of the Kubernetes project.' })
  releaseNotes(@Root() { id, minor }: VersionStatus) {
    return releaseNotesUrl(id, minor);
  }

  @FieldResolver(() => [String], {
    description: 'What is new since the minor version before it in the catalog, in a few sentences.',
  })
  async changes(@Root() { id }: VersionStatus) {
    return (await this.catalog.read()).notes.changesOf(id);
  }

  @FieldResolver(() => [RemovedApi], {
    description:
      'APIs that the minor version before it in the catalog served and it does not; for the oldest, all that it lacks.',
  })
  async removedApis(@Root() { minor }: VersionStatus) {
    const { versions, notes } = await this.catalog.read();
    return removedBetween(notes.removedApis, versions.minorBefore(minor), minor);
  }
}

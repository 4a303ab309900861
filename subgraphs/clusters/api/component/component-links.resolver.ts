import { FieldResolver, Resolver, Root } from 'type-graphql';
import { OpenSourceProject } from '../entities/product-guide.type.js';
import { componentDefinitions } from '../../model/component-catalog.js';
import { ComponentDefinition } from './component.type.js';

/** Open-source projects that come as components. */
@Resolver(() => OpenSourceProject)
export class ComponentLinksResolver {
  @FieldResolver(() => ComponentDefinition, {
    nullable: true,
    description: 'The component that installs it in clusters; null for a project that is not a component.',
  })
  async component(@Root() { name }: OpenSourceProject) {
    return (await componentDefinitions.entries()).find(({ project }) => project === name) ?? null;
  }
}

import { FieldResolver, Resolver, Root } from 'type-graphql';
import { OpenSourceProject } from '../entities/product-guide.type.js';
import { componentDefinitions } from '../../store/component-catalog.js';
import { ComponentDefinition } from './component.type.js';

/** Links open-source projects to the components that package them. */
@Resolver(() => OpenSourceProject)
export class ComponentLinksResolver {
  @FieldResolver(() => ComponentDefinition, {
    nullable: true,
    description: 'The component that installs it in clusters. Null for a project that is not a component.',
  })
  async component(@Root() { name }: OpenSourceProject) {
    return (await componentDefinitions.entries()).find(({ project }) => project === name) ?? null;
  }
}

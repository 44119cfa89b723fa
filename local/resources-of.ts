/** The resources of one type in a template, with their properties resolved when they are asked for. */
import type { Resolve } from './intrinsics.ts';
import type { PhysicalNames } from './physical-names.ts';
import type { SynthesizedStack } from './template.ts';

/** What is needed to read a template: the stack, the names its resources get here, and the intrinsic functions. */
export type Reading = { readonly stack: SynthesizedStack; readonly names: PhysicalNames; readonly resolve: Resolve };

export type ResourceReading = {
  readonly logicalId: string;
  /** The property with its intrinsic functions replaced; undefined where the template does not set it. */
  property(name: string): unknown;
};

export function resourcesOf({ stack, resolve }: Reading, ...types: readonly string[]): readonly ResourceReading[] {
  return Object.entries(stack.template.Resources)
    .filter(([, resource]) => types.includes(resource.Type))
    .map(([logicalId, resource]) => ({ logicalId, property: (name) => resolve(resource.Properties?.[name]) }));
}

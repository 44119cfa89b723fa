/** What package.json and package-lock.json must say so that an install is the same everywhere. */

export type LockedPackage = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** It came inside another package, whose hash covers it. */
  readonly inBundle?: boolean;
  readonly dependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
};

export type Lock = { readonly packages: { readonly [place: string]: LockedPackage } };

export type Manifest = { readonly [section: string]: unknown };

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'];

/**
 * Of a package with a part per platform, npm writes only what the registry had at that moment; `npm ci` on a platform whose part is
 * missing ends in "Missing … from lock file".
 */
export function missingEntries({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([place, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !places(place, name).some((candidate) => Object.hasOwn(packages, candidate)))
      .map((name) => `${place === '' ? 'package.json' : place} needs ${name}, which has no entry`),
  );
}

/** A lock with hosts installs from those hosts, whatever registry the one who installs has chosen. */
export function hosts({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([place, { resolved }]) =>
    resolved !== undefined && /^[a-z+]+:\/\//.test(resolved) ? [`${place} is resolved to ${resolved}`] : [],
  );
}

export function unsealed({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([place, { integrity, link, inBundle }]) =>
    place === '' || link === true || inBundle === true || integrity !== undefined ? [] : [`${place} has no integrity hash`],
  );
}

export function looseVersions(manifest: Manifest): string[] {
  return SECTIONS.flatMap((section) =>
    Object.entries((manifest[section] ?? {}) as { [name: string]: unknown })
      .filter(([, version]) => typeof version !== 'string' || !EXACT.test(version))
      .map(([name, version]) => `${section}: ${name} is ${JSON.stringify(version)}; give one exact version`),
  );
}

/** Where Node looks for a package that is required from a place: beside it, then in each folder above. */
function places(from: string, name: string): string[] {
  const parts = from === '' ? [] : from.split(/\/?node_modules\//).slice(1);
  return Array.from({ length: parts.length + 1 }, (_, up) =>
    [...parts.slice(0, parts.length - up), name].map((part) => `node_modules/${part}`).join('/'),
  );
}

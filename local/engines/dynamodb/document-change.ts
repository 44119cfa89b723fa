/** Writes values into the maps and lists of an item. Nothing is changed in place: what is untouched is shared with the old item. */
import type { Attributes, AttributeValue } from './attribute-value.ts';
import type { Path } from './document-path.ts';
import { type ServiceError, validation } from './service-error.ts';

/** Without a value the place is removed. */
export type PathChange = { readonly path: Path; readonly value: AttributeValue | undefined };

type Changes = { readonly [member: string]: AttributeValue | undefined };

/** The paths neither overlap nor contradict each other. Places in lists are those of the old lists, whatever is removed before them. */
export function changedAttributes(attributes: Attributes, changes: readonly PathChange[]): Attributes {
  const changed: { [name: string]: AttributeValue } = { ...attributes };
  for (const [name, value] of Object.entries(changedMembers((part) => attributes[part], changes))) {
    if (value === undefined) delete changed[name];
    else changed[name] = value;
  }
  return changed;
}

/** The new value of each member that a path begins with. */
function changedMembers(member: (part: string) => AttributeValue | undefined, changes: readonly PathChange[]): Changes {
  const grouped = new Map<string | number, PathChange[]>();
  for (const { path, value } of changes) {
    const [part = '', ...rest] = path;
    grouped.set(part, [...(grouped.get(part) ?? []), { path: rest, value }]);
  }
  return Object.fromEntries([...grouped].map(([part, inside]) => [part, changedValue(member(String(part)), inside)]));
}

function changedValue(value: AttributeValue | undefined, changes: readonly PathChange[]): AttributeValue | undefined {
  const [first] = changes;
  if (first?.path.length === 0) return first.value;
  const wantsList = typeof first?.path[0] === 'number';
  if (wantsList && value?.L !== undefined) return { L: changedList(value.L, changes) };
  if (!wantsList && value?.M !== undefined) return { M: changedAttributes(value.M, changes) };
  throw invalidPath();
}

/** A place beyond the end appends. */
function changedList(list: readonly AttributeValue[], changes: readonly PathChange[]): readonly AttributeValue[] {
  const members = changedMembers((part) => list[Number(part)], changes);
  const kept = list.flatMap((member, index) => {
    if (!Object.hasOwn(members, String(index))) return [member];
    const value = members[index];
    return value === undefined ? [] : [value];
  });
  const beyond = Object.keys(members).filter((place) => Number(place) >= list.length);
  const added = beyond.sort((one, other) => Number(one) - Number(other)).map((place) => members[place]);
  return [...kept, ...added.filter((value) => value !== undefined)];
}

function invalidPath(): ServiceError {
  return validation('The document path provided in the update expression is invalid for update');
}

import { stringify } from 'yaml';
import type { PreparedByService } from './prepare-images.ts';
import type { ParsedComposeFile } from './parse-compose-file.ts';

type Document = Readonly<Record<string, unknown>>;

/**
 * A Compose file as Docker Compose gets it: variables filled in, images that are here already in the place of their
 * builds, and nothing that would take a name or a port of this machine.
 * @param project Part of the name of images that Docker Compose builds itself
 */
export function renderForCompose(
  { document, isOld }: Pick<ParsedComposeFile, 'document' | 'isOld'>,
  images: PreparedByService,
  project: string,
): string {
  const services = asDocument(isOld ? document : document['services']);
  const changed = Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      changeService(asDocument(service), images.get(name)?.reference, `${project}-${name}`),
    ]),
  );
  const whole = isOld ? changed : { ...document, services: changed };
  // It would take each dollar sign for a variable.
  return stringify(whole).replaceAll('$', '$$$$');
}

const OF_THIS_MACHINE: ReadonlySet<string> = new Set(['ports', 'container_name']);
const OF_BUILDS: ReadonlySet<string> = new Set(['build', 'dockerfile', 'image']);

function changeService(service: Document, reference: string | undefined, name: string): Document {
  const kept = Object.entries(service).filter(
    ([key]) => !OF_THIS_MACHINE.has(key) && !(reference !== undefined && OF_BUILDS.has(key)),
  );
  if (reference !== undefined) return { ...Object.fromEntries(kept), image: reference };
  // Under a name that `seatrial clean --images` finds.
  const image = `localhost/seatrial/${name.toLowerCase()}:compose`;
  return { ...Object.fromEntries(kept), ...('build' in service ? { image } : {}) };
}

function asDocument(value: unknown): Document {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

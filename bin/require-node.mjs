/**
 * Loaded before anything else (`node --import ./bin/require-node.mjs …`): an older Node would end in a syntax or file extension error
 * that helps nobody. It is plain JavaScript of 2015, so that old Nodes can read it; only what Node has always had is used.
 */
const found = process.versions.node;

if (Number(found.split('.')[0]) < 24) {
  process.stderr.write(
    'oncehook needs Node 24 or newer and was started with Node ' +
      found +
      ': run "npm ci" without --ignore-scripts, which brings Node 24 as the npm package "node" for every npm script and npx, ' +
      'or install Node 24 or newer yourself.\n',
  );
  process.exit(1);
}

// Runs Python's code in Node's Pyodide: node try.mjs MODULES ARCHIVE NUMPY CODE; MODULES is node_modules.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, archive, numpy, code] = process.argv.slice(2);
try {
  const { loadPyodide } = await import(pathToFileURL(`${modules}/pyodide/pyodide.mjs`));
  const pyodide = await loadPyodide();
  pyodide.FS.writeFile("numpy.py", readFileSync(numpy, "utf8"));
  pyodide.unpackArchive(new Uint8Array(readFileSync(archive)), "zip");
  console.log(pyodide.runPython(code));
} catch (error) {
  console.error(String(error.message ?? error));
  process.exit(1);
}

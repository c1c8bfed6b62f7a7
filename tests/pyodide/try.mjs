// Installs the wheel in Node's Pyodide and runs Python's code: node try.mjs FOLDER WHEEL NUMPY CODE.
// FOLDER holds node_modules and micropip's wheel; NUMPY is the text of a stand-in.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, wheel, numpy, code] = process.argv.slice(2);
try {
  const { loadPyodide } = await import(pathToFileURL(`${folder}/node_modules/pyodide/pyodide.mjs`));
  const pyodide = await loadPyodide();
  const micropip = readdirSync(folder).find((name) => name.startsWith("micropip-"));
  pyodide.unpackArchive(new Uint8Array(readFileSync(`${folder}/${micropip}`)), "wheel");
  pyodide.FS.writeFile("numpy.txt", readFileSync(numpy, "utf8"));
  pyodide.FS.writeFile(basename(wheel), new Uint8Array(readFileSync(wheel)));
  await pyodide.runPythonAsync(`
import micropip
micropip.add_mock_package("numpy", "2.4.0", modules={"numpy": open("numpy.txt").read()})
await micropip.install("emfs:${basename(wheel)}")
`);
  console.log(pyodide.runPython(code));
} catch (error) {
  console.error(String(error.message ?? error));
  process.exit(1);
}

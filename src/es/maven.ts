import mvnArtifactDownload from "mvn-artifact-download";

type Download = typeof mvnArtifactDownload.default;

/**
 * Fetches an artifact from Maven Central into a folder; resolves to the file's path. The package is CommonJS with a
 * default export: Node hands that over wrapped, a loader that compiles to CommonJS (tsx under mocha) does not.
 */
export const downloadArtifact: Download =
  typeof mvnArtifactDownload === "function" ? mvnArtifactDownload : mvnArtifactDownload.default;

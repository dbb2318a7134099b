import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findJava } from "../../../src/es/java.ts";

describe("finding Java", () => {
  let folder: string;
  const jdk = async (name: string, version: string) => {
    await mkdir(join(folder, name, "bin"), { recursive: true });
    await writeFile(join(folder, name, "release"), `JAVA_VERSION="${version}"\n`);
    await writeFile(join(folder, name, "bin", "java"), "");
    return join(folder, name);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "leafwatch-java-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("takes the first that is new enough of ES_JAVA_HOME, JAVA_HOME and PATH", async () => {
    const old = await jdk("a", "1.8.0_402");
    const seventeen = await jdk("b", "17.0.15");
    const later = await jdk("c", "25-ea");
    const path = join(later, "bin");
    assert.equal(
      await findJava(17, { ES_JAVA_HOME: seventeen, PATH: path }, "/nowhere"),
      seventeen,
    );
    assert.equal(await findJava(17, { ES_JAVA_HOME: old, PATH: path }, "/nowhere"), later);
    assert.equal(await findJava(21, { JAVA_HOME: seventeen, PATH: path }, "/nowhere"), later);
    assert.equal(await findJava(8, { JAVA_HOME: old }, "/nowhere"), old);
  });

  it("takes the newest that is installed where the environment names none", async () => {
    await jdk("java-9", "9.0.4");
    const newest = await jdk("temurin-25", "25.0.1");
    await jdk("java-17", "17.0.15");
    assert.equal(await findJava(17, {}, folder), newest);
  });

  it("says which is needed, how to get it and what does without, when there is none", async () => {
    await assert.rejects(findJava(17, { PATH: "/nowhere" }, "/nowhere"), {
      code: "ES_JAVA_MISSING",
      message: /needs Java 17 or newer, found none/,
      hint: /apt install openjdk-17.*ELASTICSEARCH_URL/,
    });
  });

  it("says which it found when that is too old", async () => {
    await jdk("java-17", "17.0.15");
    await assert.rejects(findJava(21, {}, folder), {
      code: "ES_JAVA_TOO_OLD",
      message: /needs Java 21 or newer, found 17 in/,
    });
  });
});

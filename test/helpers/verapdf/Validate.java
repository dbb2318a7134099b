import java.io.FileInputStream;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints a line `FILE<tab>FLAVOUR<tab>valid|invalid<tab>CLAUSE MESSAGE; …` for each file and flavour. */
public class Validate {
  public static void main(String[] files) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files) {
      for (PDFAFlavour flavour : new PDFAFlavour[] {PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1}) {
        try (PDFAParser parser =
            Foundries.defaultInstance().createParser(new FileInputStream(file), flavour)) {
          PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
          ValidationResult result = validator.validate(parser);
          StringBuilder failed = new StringBuilder();
          for (TestAssertion one : result.getTestAssertions()) {
            failed
                .append(one.getRuleId().getClause())
                .append(' ')
                .append(one.getMessage())
                .append(" at ")
                .append(one.getLocation().getContext())
                .append("; ");
          }
          String verdict = result.isCompliant() ? "valid" : "invalid";
          System.out.println(
              file + "\t" + flavour.getId() + "\t" + verdict + "\t"
                  + failed.toString().replaceAll("\\s+", " "));
        }
      }
    }
  }
}

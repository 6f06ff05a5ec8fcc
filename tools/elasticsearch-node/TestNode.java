import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One real Elasticsearch 9 node on loopback, core features only.
 *
 * Arguments: HOME (modules, plugins, config), PORT_FILE (gets the HTTP port once the node listens), then key=value settings.
 */
public final class TestNode {
  private TestNode() {}

  public static void main(String[] arguments) throws Exception {
    LogConfigurator.configureESLogging();
    Path home = Path.of(arguments[0]).toAbsolutePath();
    Path portFile = Path.of(arguments[1]).toAbsolutePath();

    Settings.Builder settings = Settings.builder().put("path.home", home.toString()).put("network.host", "127.0.0.1");
    for (int i = 2; i < arguments.length; i++) {
      int equals = arguments[i].indexOf('=');
      String key = arguments[i].substring(0, equals);
      String value = arguments[i].substring(equals + 1);
      if (value.indexOf(',') >= 0) settings.putList(key, value.split(","));
      else settings.put(key, value);
    }

    Environment environment = new Environment(settings.build(), home.resolve("config"));
    PluginsLoader plugins =
        PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(home.resolve("modules"), true),
            PluginsLoader.loadPluginsBundles(home.resolve("plugins"), true),
            Map.of(),
            false);
    Node node = new Node(environment, plugins);
    node.start();

    int port = node.injector().getInstance(HttpServerTransport.class).info().address().publishAddress().getPort();
    Path aside = Path.of(portFile + ".part");
    Files.writeString(aside, Integer.toString(port));
    Files.move(aside, portFile, StandardCopyOption.ATOMIC_MOVE);
    Thread.currentThread().join();
  }
}

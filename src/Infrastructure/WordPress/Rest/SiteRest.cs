namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>How one site is reached. One for each site, whatever routes are used: it holds the bound on requests.</summary>
/// <param name="Client">Sends requests.</param>
/// <param name="Roots">Knows where the routes begin.</param>
/// <param name="Pace">Bounds and paces the requests.</param>
internal sealed record SiteRest(RestClient Client, RestRootFinder Roots, SitePace Pace)
{
    /// <summary>Makes it.</summary>
    /// <param name="http">A client that follows no redirects (<see cref="WordPressHttp"/>).</param>
    /// <param name="site">The site.</param>
    /// <param name="time">The clock.</param>
    /// <param name="pace">Bounds and paces the requests; null for the adaptive pace.</param>
    public static SiteRest To(HttpClient http, WordPressSite site, TimeProvider time, SitePace? pace = null)
    {
        pace ??= new SitePace(site.MaxConcurrency, time);
        var wire = new RestWire(http, site, pace, time);
        var roots = new RestRootFinder(wire, site);
        return new SiteRest(new RestClient(wire, roots), roots, pace);
    }
}
